//! What the page does with a frame, without a page: for the benchmark that puts it beside the official client.
//!
//! Records are cut, messages and vocabularies decoded into typed events, in the page's own build; where it is asked for,
//! the events are applied to a model, too.
#![allow(missing_docs, reason = "called from the benchmark's script alone")]

use switchhook::domain::{Delta, Event, Model, Moment};
use switchhook::protocol::{Encoding, Message, RecordReader};
use switchhook::vendor::{Oddities, Settings, callgem, ccs, ctios, rte, tserver};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub struct Decoder {
    encoding: Encoding,
    reader: RecordReader,
    settings: Settings,
    oddities: Oddities,
    telephone: ctios::Decoder,
    ccs: ccs::Decoder,
    ccs_site: ccs::Site,
    callgem: callgem::Decoder,
    callgem_site: callgem::Site,
    /// What the events are applied to.
    model: Option<Model>,
    delta: Delta,
}

#[wasm_bindgen]
impl Decoder {
    #[wasm_bindgen(constructor)]
    pub fn new(encoding: &str) -> Self {
        let encoding = Encoding::from_name(encoding).unwrap_or_default();
        Self {
            encoding,
            reader: RecordReader::new(encoding, 1 << 20),
            settings: Settings::default(),
            oddities: Oddities::default(),
            telephone: ctios::Decoder::default(),
            ccs: ccs::Decoder::default(),
            ccs_site: ccs::Site::default(),
            callgem: callgem::Decoder::default(),
            callgem_site: callgem::Site::default(),
            model: None,
            delta: Delta::default(),
        }
    }

    /// Applies what is decoded from here on to a model, which begins empty.
    pub fn apply(&mut self) {
        self.model = Some(Model::default());
    }

    /// Forgets what was told, so that the same frames are news again.
    pub fn forget(&mut self) {
        self.telephone = ctios::Decoder::default();
        self.ccs = ccs::Decoder::default();
        self.callgem = callgem::Decoder::default();
        if self.model.is_some() {
            self.apply();
        }
    }

    /// How many events a text frame holds.
    pub fn text(&mut self, frame: &str) -> u32 {
        self.decode(frame.as_bytes())
    }

    /// How many events a binary frame holds.
    pub fn bytes(&mut self, frame: &[u8]) -> u32 {
        self.decode(frame)
    }

    fn decode(&mut self, frame: &[u8]) -> u32 {
        let mut events = 0;
        let Self {
            encoding,
            reader,
            settings,
            oddities,
            telephone,
            ccs,
            ccs_site,
            callgem,
            callgem_site,
            model,
            delta,
        } = self;
        reader.feed(frame, |record| {
            let Ok(Ok(Message::Invocation {
                target, arguments, ..
            })) = record.map(|record| encoding.decode(record))
            else {
                return true;
            };
            let mut sink = |at: Option<Moment>, event: Event<'_>| {
                events += 1;
                if let Some(model) = model.as_mut() {
                    model.apply(event, at, at.unwrap_or(Moment(0)));
                }
            };
            // What is unreadable is counted, and shows in the number of events.
            match &*target {
                ctios::CLIENT_METHOD => {
                    let site = ctios::Site::default();
                    let _ = telephone.decode(arguments, &site, None, oddities, &mut sink);
                }
                tserver::CLIENT_METHOD => {
                    let _ = tserver::decode(arguments, &tserver::Site::default(), oddities, &mut sink);
                }
                ccs::CLIENT_METHOD => {
                    let _ = ccs.decode(arguments, ccs_site, oddities, &mut sink);
                }
                callgem::CLIENT_METHOD => {
                    let _ = callgem.decode(arguments, callgem_site, oddities, &mut sink);
                }
                _ => {
                    let _ = rte::decode(arguments, settings, None, oddities, &mut sink);
                }
            }
            true
        });
        if let Some(model) = model {
            // As the page does with a frame: people are told at once, and what changed is handed to the view.
            model.take_transitions();
            model.take_delta(delta);
            delta.clear();
        }
        events
    }
}
