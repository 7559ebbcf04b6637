//! The own calls: a card for each, in a column that never moves under the pointer.
//!
//! Lives here: which cards lie in the column, in which order, and for how long those of ended calls stay.
//! May not be here: what a card shows; missed calls, which have a list of their own.
//! A new card comes after those that are there. One of an ended call goes by itself once the pointer has left.
//! When a card has been put away, no press counts for a moment: what lay below it has moved up.

use super::app::App;
use super::call_card::CallCard;
use super::live::{rows, text, when};
use super::look::{Icon, icon};
use super::page;
use crate::domain::Moment;
use crate::domain::ids::{CallKey, Key};
use crate::words::Word;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// How long the card of an ended call stays at least, milliseconds.
const STAYS: i64 = 6_000;
/// How long the pointer must have been away before a card goes by itself, milliseconds; the page's clock counts it, so
/// that it can be a second less.
const CALM: i64 = 2_000;
/// How long after a card was put away no press counts, milliseconds.
const GUARDED: f64 = 400.0;
/// Cards of ended calls that stay however long the pointer rests among them.
const MOST_ENDED: usize = 8;

/// One card in the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Placed {
    key: u32,
    /// Since when its call has been over.
    over: Option<Moment>,
}

/// The column after some time: `calls` are to be seen, `remains` says whether anything is left to be seen of another.
fn placed(
    before: &[Placed],
    calls: &[u32],
    now: Moment,
    is_calm: bool,
    remains: impl Fn(u32) -> bool,
) -> Vec<Placed> {
    let mut cards: Vec<Placed> = before
        .iter()
        .filter_map(|card| {
            if calls.contains(&card.key) {
                return Some(Placed { over: None, ..*card });
            }
            let over = card.over.unwrap_or(now);
            let stays = remains(card.key) && !(is_calm && now.since(over) >= STAYS);
            stays.then_some(Placed {
                key: card.key,
                over: Some(over),
            })
        })
        .collect();
    let ended = cards.iter().filter(|card| card.over.is_some()).count();
    let mut too_many = ended.saturating_sub(MOST_ENDED);
    cards.retain(|card| {
        let goes = card.over.is_some() && too_many > 0;
        too_many -= usize::from(goes);
        !goes
    });
    let new = calls.iter().copied();
    let new: Vec<u32> = new
        .filter(|key| cards.iter().all(|card| card.key != *key))
        .collect();
    cards.extend(new.into_iter().map(|key| Placed { key, over: None }));
    cards
}

/// The calls.
#[component]
pub(super) fn Calls() -> impl IntoView {
    let app = App::get();
    let place = NodeRef::<html::Section>::new();
    // Which card, and the end of which call: the same call can come again, and end again.
    let put_away = RwSignal::new(None::<(u32, Option<Moment>)>);
    let hovered = RwSignal::new(false);
    let touched = RwSignal::new(Moment(0));
    let cards = Memo::new(move |before: Option<&Vec<Placed>>| {
        let before = before.map(Vec::as_slice).unwrap_or_default();
        let calls = app.calls.with(|calls| indices(calls));
        // The clock matters only while something waits for it.
        let waits = before.iter().any(|card| !calls.contains(&card.key));
        let now = if waits {
            app.now()
        } else {
            app.clock.get_untracked()
        };
        let is_calm = !hovered.get() && now.since(touched.get_untracked()) >= CALM;
        let gone = put_away.get();
        placed(before, &calls, now, is_calm, |key| {
            let own = CallKey::from_index(key);
            app.read(|model| {
                let call = model.calls.get(own).filter(|_| model.is_own_call(own));
                call.is_some_and(|call| !call.stage.is_live() && gone != Some((key, call.ended)))
            })
        })
    });
    let keys =
        Memo::new(move |_| cards.with(|cards| cards.iter().map(|card| card.key).collect::<Vec<u32>>()));
    let none = Memo::new(move |_| keys.with(Vec::is_empty));
    page::catch_focus(place, move || keys.with(Vec::len));
    let touch = move || touched.set(app.clock.get_untracked());
    let guarded_until = StoredValue::new(f64::NEG_INFINITY);
    let guard = move |event: leptos::ev::MouseEvent| {
        if page::is_pressed(&event, ".line-of-card [data-command=dismiss]") {
            guarded_until.set_value(event.time_stamp() + GUARDED);
        } else if event.detail() > 0 && event.time_stamp() < guarded_until.get_value() {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    view! {
        <section
            class="calls"
            data-part="calls"
            aria-labelledby="calls-heading"
            tabindex="-1"
            node_ref=place
            on:pointerenter=move |_| hovered.set(true)
            on:pointerleave=move |_| {
                touch();
                hovered.set(false);
            }
            on:focusin=move |_| touch()
            on:click:capture=guard
        >
            <h2 class="unseen" id="calls-heading">
                {text(move || app.say(Word::Calls))}
            </h2>
            {rows(
                keys,
                Arc::new(move |key, nth| {
                    let before = Signal::derive(move || {
                        let place = nth.get().checked_sub(1)?;
                        keys.with(|keys| keys.get(place).copied()).map(CallKey::from_index)
                    });
                    let put_away = Callback::new(move |()| {
                        let ended = app.read(|model| model.calls.get(CallKey::from_index(key))?.ended);
                        put_away.set(Some((key, ended)));
                    });
                    let column = (place, hovered);
                    view! {
                        <CallCard
                            key=CallKey::from_index(key)
                            before=before
                            column=column
                            put_away=put_away
                        />
                    }
                    .into_any()
                }),
            )}
            {when(move || none.get(), move || view! { <div class="no-calls">
                    {icon(|| Icon::Handset)}
                    <p>{text(move || app.say(Word::NoCalls))}</p>
                    <p class="quiet small">{text(move || app.say(Word::NoCallsHint))}</p>
                </div> }.into_any())}
        </section>
    }
}

/// The keys as plain numbers, as lists of rows take them.
pub(super) fn indices(keys: &[CallKey]) -> Vec<u32> {
    keys.iter().map(|key| key.index()).collect()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const NOW: Moment = Moment(1_000_000);

    fn after(before: &[Placed], calls: &[u32], later: i64, is_calm: bool) -> Vec<Placed> {
        placed(before, calls, NOW.plus(later), is_calm, |_| true)
    }

    fn keys(cards: &[Placed]) -> Vec<u32> {
        cards.iter().map(|card| card.key).collect()
    }

    #[wasm_bindgen_test]
    fn a_new_card_comes_after_those_that_are_there_whatever_its_call_is_sorted_by() {
        let cards = after(&[], &[4, 7], 0, true);
        assert_eq!(keys(&after(&cards, &[2, 4, 7], 0, true)), [4, 7, 2]);
    }

    #[wasm_bindgen_test]
    fn the_card_of_an_ended_call_keeps_its_place_and_goes_after_a_while() {
        let cards = after(&[], &[1, 2, 3], 0, true);
        let ended = after(&cards, &[1, 3], 0, true);
        assert_eq!(keys(&ended), [1, 2, 3]);
        assert_eq!(keys(&after(&ended, &[1, 3], STAYS - 1, true)), [1, 2, 3]);
        assert_eq!(keys(&after(&ended, &[1, 3], STAYS, true)), [1, 3]);
    }

    #[wasm_bindgen_test]
    fn no_card_goes_by_itself_while_the_pointer_is_among_them() {
        let cards = after(&after(&[], &[1, 2], 0, true), &[2], 0, false);
        assert_eq!(keys(&after(&cards, &[2], 10 * STAYS, false)), [1, 2]);
        assert_eq!(keys(&after(&cards, &[2], 10 * STAYS, true)), [2]);
    }

    #[wasm_bindgen_test]
    fn a_card_of_which_nothing_remains_goes_at_once() {
        let cards = after(&[], &[1, 2], 0, false);
        assert_eq!(keys(&placed(&cards, &[2], NOW, false, |key| key != 1)), [2]);
    }

    #[wasm_bindgen_test]
    fn a_call_that_is_back_has_its_place_again() {
        let cards = after(&after(&[], &[1, 2], 0, true), &[2], 0, true);
        let back = after(&cards, &[2, 1], STAYS, true);
        assert_eq!(keys(&back), [1, 2]);
        assert!(back.iter().all(|card| card.over.is_none()));
    }

    #[wasm_bindgen_test]
    fn ended_calls_never_fill_the_column() {
        let calls: Vec<u32> = (0..20).collect();
        let cards = after(&after(&[], &calls, 0, false), &[19], 0, false);
        assert_eq!(cards.len(), MOST_ENDED + 1);
        assert_eq!(cards.last().map(|card| card.key), Some(19));
    }
}
