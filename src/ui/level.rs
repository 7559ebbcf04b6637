//! When a number calls for attention, and how that looks.
//!
//! Lives here: the levels, and a number in its level's colour, shape and word.
//! May not be here: the numbers from which on a level begins (the site's).
//! Nobody has to see a colour: the worst has a shape, and both have a word for whoever sees neither.

use super::app::App;
use super::live::{attr, text, when};
use super::look::{Icon, icon};
use crate::store::Threshold;
use crate::words::Word;
use leptos::prelude::*;

/// How much attention a number calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Calm,
    Warning,
    Critical,
}

impl Level {
    /// Of a number, as the site has it.
    pub(super) fn of(threshold: Threshold, number: i64) -> Self {
        let reaches = |least: Option<u32>| least.is_some_and(|least| number >= i64::from(least));
        if reaches(threshold.critical) {
            Level::Critical
        } else if reaches(threshold.warning) {
            Level::Warning
        } else {
            Level::Calm
        }
    }

    fn class(self, calm: &'static str) -> &'static str {
        match self {
            Level::Calm => calm,
            Level::Warning => "tag is-not-ready",
            Level::Critical => "tag is-danger",
        }
    }

    /// The value of `data-level`.
    pub(super) fn mark(self) -> Option<&'static str> {
        match self {
            Level::Calm => None,
            Level::Warning => Some("warning"),
            Level::Critical => Some("critical"),
        }
    }

    fn word(self) -> Option<Word> {
        match self {
            Level::Calm => None,
            Level::Warning => Some(Word::Warning),
            Level::Critical => Some(Word::Critical),
        }
    }
}

/// A number with its level; of the two classes the first is a calm one's, the second its cell's. The label says what
/// it is where no heading does.
pub(super) fn tagged(
    app: App,
    [calm, cell]: [&'static str; 2],
    label: Option<Word>,
    level: impl Fn() -> Level + Send + Sync + Copy + 'static,
    value: impl Fn() -> Option<String> + Send + Sync + 'static,
    title: impl Fn() -> Option<&'static str> + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <span role="cell" class=cell data-label=label.map(|label| attr(move || app.say(label)))>
            <span class=text(move || level().class(calm)) title=attr(title)>
                {when(move || level() == Level::Critical, move || view! { {icon(|| Icon::Triangle)} }.into_any())}
                {text(move || value().unwrap_or_else(|| app.say(Word::Unreported).to_owned()))}
                <span class="unseen">{text(move || level().word().map(|word| app.say(word)))}</span>
            </span>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Thresholds;

    #[test]
    fn levels_begin_where_the_site_says_and_else_where_the_field_does() {
        let usual = Thresholds::default();
        let of = |threshold, numbers: [i64; 4]| numbers.map(|number| Level::of(threshold, number));
        assert_eq!(
            of(usual.waiting, [0, 1, 2, 3]),
            [Level::Calm, Level::Warning, Level::Warning, Level::Critical]
        );
        assert_eq!(
            of(usual.longest_wait, [30, 31, 60, 61]),
            [Level::Calm, Level::Warning, Level::Warning, Level::Critical]
        );
        assert_eq!(of(usual.talking, [0, 1, 1_000, i64::MAX]), [Level::Calm; 4]);
        let only_critical = Threshold {
            warning: None,
            critical: Some(0),
        };
        assert_eq!(
            of(only_critical, [-1, 0, 1, 2])[..2],
            [Level::Calm, Level::Critical]
        );
    }
}
