//! A desk that CTI OS events are told to: the decoder and the model, and what a test looks at.
//!
//! Lives here: the desk, ways to tell it events, and calls in the middle of their life.
//! May not be here: expectations; those are the tests'.
//! Each test file uses a part of it.

#![allow(dead_code, reason = "each test file uses a part of it")]

use serde_json::{Value, json};
use switchhook::domain::agent::Agent;
use switchhook::domain::call::Call;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::model::Model;
use switchhook::domain::{Event, Moment};
use switchhook::protocol::message::Payload;
use switchhook::vendor::ctios::{Decoder, Outcome, Site};
use switchhook::vendor::{Oddities, Unreadable};

pub(crate) const NOW: Moment = Moment(1_577_880_000_000);
pub(crate) const ME: &str = "aa9730c4-ce86-e611-80c9-00505689257e";
pub(crate) const CALL: &str = "call.5000.7";
pub(crate) const CONTACT: &str = "ca11ca11-0000-4000-8000-000000000007";

pub(crate) struct Desk {
    pub(crate) model: Model,
    pub(crate) decoder: Decoder,
    pub(crate) site: Site,
    pub(crate) oddities: Oddities,
    pub(crate) told: usize,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let mut model = Model::default();
        model.begin_session(SourceId(0));
        let me = model.agents.intern(Ref::new(SourceId(0), ME));
        model.set_me(Some(me));
        Self {
            model,
            decoder: Decoder::default(),
            site: Site::default(),
            oddities: Oddities::default(),
            told: 0,
        }
    }

    pub(crate) fn receive(&mut self, arguments: &str) -> Result<Outcome, Unreadable> {
        let (model, told) = (&mut self.model, &mut self.told);
        self.decoder.decode(
            Payload::from_json(arguments),
            &self.site,
            Some(ME),
            &mut self.oddities,
            &mut |stamp: Option<Moment>, event: Event<'_>| {
                *told += 1;
                model.apply(event, stamp, NOW);
            },
        )
    }

    pub(crate) fn tell(&mut self, name: &str, fields: &Value) -> &mut Self {
        let outcome = self.receive(&json!([name, fields]).to_string()).unwrap();
        assert!(matches!(outcome, Outcome::Told(_)), "{outcome:?}");
        self
    }

    /// Tells an event of the call with these fields beside its id.
    pub(crate) fn call_event(&mut self, name: &str, fields: Value) -> &mut Self {
        let mut fields = fields;
        fields["UniqueObjectID"] = json!(CALL);
        self.tell(name, &fields)
    }

    pub(crate) fn me(&self) -> &Agent {
        self.model.agents.get(self.model.desk.me.unwrap()).unwrap()
    }

    pub(crate) fn call(&self) -> &Call {
        let key = self.model.calls.find(Ref::new(SourceId(0), CALL)).unwrap();
        self.model.calls.get(key).unwrap()
    }

    pub(crate) fn data(&self, name: &str) -> Option<&str> {
        let found = self.call().data.iter().find(|(known, _)| &**known == name);
        found.map(|(_, value)| &**value)
    }
}

pub(crate) fn ringing() -> Desk {
    let mut desk = Desk::new();
    desk.call_event(
        "OnCallBegin",
        json!({"CallType": 1, "ANI": "+3581", "DNIS": "800", "CallStatus": 2}),
    )
    .call_event("OnCallDelivered", json!({"EnablementMask": 1, "CallStatus": 2}));
    desk
}

pub(crate) fn talking() -> Desk {
    let mut desk = ringing();
    desk.call_event(
        "OnCallEstablished",
        json!({"EnablementMask": 0x126, "CallStatus": 3}),
    );
    desk
}
