//! What the page does with a frame, without a page: for the benchmark that puts it beside the official client.
//!
//! Records are cut, messages and vocabulary decoded into typed events, in the page's own build. Nothing is applied.
#![allow(missing_docs, reason = "called from the benchmark's script alone")]

use switchhook::protocol::{Encoding, Message, RecordReader};
use switchhook::vendor::{Oddities, Settings, rte};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub struct Decoder {
    encoding: Encoding,
    reader: RecordReader,
    settings: Settings,
    oddities: Oddities,
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
        } = self;
        reader.feed(frame, |record| {
            if let Ok(Ok(Message::Invocation { arguments, .. })) =
                record.map(|record| encoding.decode(record))
            {
                let _ = rte::decode(arguments, settings, None, oddities, &mut |_, _| events += 1);
            }
            true
        });
        events
    }
}
