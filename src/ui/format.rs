//! Times as people read them.
//!
//! Lives here: durations as `m:ss`, and clock times in the browser's own language and time zone.
//! May not be here: words, signals, "now": every time is an argument.
//! Clock times are the browser's work (`Intl`): nothing to ship, and right in every country.
//! The browser's formatters are made once; making one costs more than a thousand uses.

use crate::domain::Moment;
use wasm_bindgen::{JsCast, JsValue};

/// A duration as `m:ss`, from an hour on as `h:mm:ss`; a negative one counts as nothing.
pub fn duration(milliseconds: i64) -> String {
    let seconds = (milliseconds / 1000).max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = String::with_capacity(8);
    if hours > 0 {
        text.push_str(&hours.to_string());
        text.push(':');
        push_two_digits(&mut text, minutes);
    } else {
        text.push_str(&minutes.to_string());
    }
    text.push(':');
    push_two_digits(&mut text, seconds);
    text
}

fn push_two_digits(text: &mut String, number: i64) {
    if number < 10 {
        text.push('0');
    }
    text.push_str(&number.to_string());
}

/// A time of day with seconds.
pub fn clock(moment: Moment) -> String {
    CLOCK.with(|formatter| format_with(formatter, moment))
}

/// A time of day without seconds.
pub fn short_clock(moment: Moment) -> String {
    SHORT_CLOCK.with(|formatter| format_with(formatter, moment))
}

/// A day of the month, for times that are not near.
pub fn day(moment: Moment) -> String {
    DAY.with(|formatter| format_with(formatter, moment))
}

thread_local! {
    static CLOCK: js_sys::Function =
        formatter(&[("hour", "numeric"), ("minute", "2-digit"), ("second", "2-digit")]);
    static SHORT_CLOCK: js_sys::Function = formatter(&[("hour", "numeric"), ("minute", "2-digit")]);
    static DAY: js_sys::Function = formatter(&[("day", "numeric"), ("month", "short")]);
}

fn formatter(parts: &[(&str, &str)]) -> js_sys::Function {
    let options = js_sys::Object::new();
    for (name, value) in parts {
        // Setting a property of an object made here cannot fail.
        let _ = js_sys::Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &options);
    js_sys::Reflect::get(&format, &"format".into())
        .unwrap_or_default()
        .unchecked_into()
}

fn format_with(formatter: &js_sys::Function, moment: Moment) -> String {
    formatter
        .call1(&JsValue::UNDEFINED, &JsValue::from_f64(moment.0 as f64))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_read_as_people_write_them() {
        let cases = [
            (-5_000, "0:00"),
            (0, "0:00"),
            (999, "0:00"),
            (9_000, "0:09"),
            (61_000, "1:01"),
            (599_999, "9:59"),
            (3_599_000, "59:59"),
            (3_600_000, "1:00:00"),
            (36_061_000, "10:01:01"),
        ];
        for (milliseconds, text) in cases {
            assert_eq!(duration(milliseconds), text);
        }
    }
}
