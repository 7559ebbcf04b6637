//! Text from the browser to the decoder, as bytes.
//!
//! Lives here: [`TextReader`], which has the browser write UTF-8 into a buffer that is kept.
//! May not be here: what the text means.
//! The usual conversion reads a text letter by letter; at a kilobyte an event that is a good part of all work.
//! Where the browser's encoder cannot be used, the usual conversion takes its place.

use js_sys::{Function, JsString, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// A UTF-16 unit takes at most this many bytes.
const BYTES_PER_UNIT: u32 = 3;
/// The buffer's least size; most messages fit.
const LEAST: u32 = 64 * 1024;

/// Reads texts as UTF-8, with one buffer for all of them.
pub(super) struct TextReader {
    encoder: Option<Encoder>,
    bytes: Vec<u8>,
}

struct Encoder {
    object: Object,
    encode_into: Function,
    written: JsValue,
    buffer: Uint8Array,
}

impl TextReader {
    /// A reader with the browser's encoder.
    pub(super) fn new() -> Self {
        Self {
            encoder: Encoder::find(),
            bytes: Vec::new(),
        }
    }

    /// The bytes of `value`; `None` when it is no text.
    pub(super) fn read(&mut self, value: &JsValue) -> Option<&[u8]> {
        let text = value.dyn_ref::<JsString>()?;
        let read = match &mut self.encoder {
            Some(encoder) => encoder.encode(text, &mut self.bytes),
            None => None,
        };
        if read.is_none() {
            self.bytes = String::from(text).into_bytes();
        }
        Some(&self.bytes)
    }
}

impl Encoder {
    fn find() -> Option<Self> {
        let class: Function = Reflect::get(&js_sys::global(), &"TextEncoder".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let object: Object = Reflect::construct(&class, &js_sys::Array::new())
            .ok()?
            .unchecked_into();
        let encode_into = Reflect::get(&object, &"encodeInto".into())
            .ok()?
            .dyn_into()
            .ok()?;
        Some(Self {
            object,
            encode_into,
            written: "written".into(),
            buffer: Uint8Array::new_with_length(LEAST),
        })
    }

    /// Writes `text` over what `bytes` held; `None` when the browser would not.
    fn encode(&mut self, text: &JsString, bytes: &mut Vec<u8>) -> Option<()> {
        let most = text.length().saturating_mul(BYTES_PER_UNIT);
        if self.buffer.length() < most {
            self.buffer = Uint8Array::new_with_length(most);
        }
        let told = self.encode_into.call2(&self.object, text, &self.buffer).ok()?;
        let written = Reflect::get(&told, &self.written).ok()?.as_f64()? as u32;
        bytes.resize(written as usize, 0);
        self.buffer.subarray(0, written).copy_to(bytes);
        Some(())
    }
}
