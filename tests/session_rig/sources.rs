//! A desk at a site with several sources, and what its hub tells in each of them.
//!
//! Lives here: the site, shorthand for events of each source, looks at the model and at what was sent.
//! May not be here: cases.
//! Ann signs in here, at another phone than the directory says; Bob is her colleague.

use super::{ANN, Desk, LIST, QUEUE};
use serde_json::{Value, json};
use switchhook::domain::Moment;
use switchhook::domain::agent::Agent;
use switchhook::domain::call::Call;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::session::config;
use switchhook::session::state::Notice;

pub(crate) const TSERVER: SourceId = SourceId(1);
pub(crate) const CCS: SourceId = SourceId(2);
pub(crate) const CALLGEM: SourceId = SourceId(3);
/// What the rig's clock shows at the beginning.
pub(crate) const START: Moment = Moment(1_700_000_000_000);
pub(crate) const BOB: &str = "b00730c4-ce86-e611-80c9-00505689257e";

pub(crate) const STATES: &str = r#""states":[{"state":"ringing","stage":"alerting"},{"state":"talk","stage":"connected"},
    {"state":"over","stage":"ended"}]"#;
pub(crate) const GEM_STATES: &str = r#""states":[{"number":2,"label":"Ringing","stage":"alerting"},
    {"number":3,"label":"Talking","stage":"connected"},{"number":9,"label":"Over","stage":"ended"}]"#;

/// A desk at a site with these sources: Ann, who signs in here, and her colleague Bob.
pub(crate) fn desk(sources: &str) -> Desk {
    let json = format!(
        r#"{{"source":{{"token":{{"url":"/token/me/rte/","identify":"basic"}},
            "directory":{{"agents":[{{"id":"{ANN}","name":"Ann","agentId":"1001","extension":"4009"}},
                                    {{"id":"{BOB}","name":"Bob","agentId":"1002","extension":"4002"}}],
                          "queues":[{{"id":"{QUEUE}","name":"Support"}}],
                          "callLists":[{{"id":"{LIST}","name":"Callbacks"}}],
                          "domains":["sales","help"]}},{sources}}}}}"#
    );
    let (config, warnings) = config::parse(json.as_bytes()).expect("the configuration is good");
    assert_eq!(warnings, []);
    Desk::new(config)
}

/// A desk that is connected, with everything that it asked for in the first session granted.
pub(crate) fn connected(sources: &str) -> Desk {
    let mut desk = desk(sources);
    desk.connect();
    desk.complete("Subscribe", "[]");
    desk
}

impl Desk {
    pub(crate) fn tserver(&mut self, name: &str, more: &str) {
        let event = format!(
            r#"[{{"Event":"{name}","Server":"ts-1","time":"{}"{more}}}]"#,
            "2023-11-14T22:13:20Z"
        );
        self.hub_calls("TServerEvent", &event);
    }

    pub(crate) fn ccs(&mut self, domain: &str, name: &str, more: &str) {
        let event = format!(r#"[{{"event":"{name}","domain":"{domain}"{more}}}]"#);
        self.hub_calls("CcsEvent", &event);
    }

    pub(crate) fn callgem(&mut self, line: &str) {
        self.hub_calls("CallGem", &json!([line]).to_string());
    }

    /// A media session of Ann's in a state since `seconds` ago.
    pub(crate) fn session(&mut self, id: &str, state: i64, seconds: i64) {
        let since = Moment(START.0 + self.time - seconds * 1_000);
        let line = format!(r"VZ\AN1001\SI{id}\DS{state}\TS{}", ole(since));
        self.callgem(&line);
    }

    /// Time passes, and the hub is heard of all the while.
    pub(crate) fn live_for(&mut self, milliseconds: i64) {
        let mut left = milliseconds;
        while left > 0 {
            let step = left.min(500);
            self.pass(step);
            self.receive("{\"type\":6}\u{1e}");
            left -= step;
        }
    }

    pub(crate) fn call(&self, source: SourceId, id: &str) -> Option<Call> {
        let model = self.model.borrow();
        let key = model.calls.find(Ref::new(source, id))?;
        model.calls.get(key).cloned()
    }

    pub(crate) fn agent(&self, source: SourceId, id: &str) -> Option<Agent> {
        let model = self.model.borrow();
        let key = model.agents.find(Ref::new(source, id))?;
        model.agents.get(key).cloned()
    }

    pub(crate) fn is_own(&self, source: SourceId, id: &str) -> bool {
        let model = self.model.borrow();
        let key = model.calls.find(Ref::new(source, id)).expect("the call is known");
        model.is_own_call(key)
    }

    pub(crate) fn is_live(&self, source: SourceId) -> bool {
        self.model.borrow().source(source).live
    }

    pub(crate) fn notices(&self) -> &[Notice] {
        &self.session.connection().notices
    }

    /// The requests to the T-Server since the record was last emptied.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let requests = self.invocations("TServerRequest").into_iter();
        requests.map(|(_, arguments)| arguments[0].clone()).collect()
    }

    /// The lines to CallGem since the record was last emptied.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.invocations("CallGem").into_iter();
        lines
            .map(|(_, arguments)| arguments[0].as_str().expect("a line").to_owned())
            .collect()
    }
}

/// A moment as an OLE Automation date of UTC.
pub(crate) fn ole(moment: Moment) -> String {
    format!("{:.9}", moment.0 as f64 / 86_400_000.0 + 25_569.0)
}

/// The value of a parameter of a line.
pub(crate) fn parameter<'l>(line: &'l str, code: &str) -> Option<&'l str> {
    line.split('\\')
        .skip(1)
        .find_map(|parameter| parameter.strip_prefix(code))
}
