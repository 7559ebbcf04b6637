//! A long list of which only the rows in sight exist.
//!
//! Lives here: the scrolling table with rows of one fixed height, for any kind of row.
//! May not be here: what a row shows, where the order comes from; both are handed in as plain functions.
//! Sizes are the style sheets': the spacer is `count × --row` high, the rows are shifted by `first × --row`.
//! Nothing here is generic: three lists share one piece of code.

use super::app::App;
use super::live::{MakeRow, attr, flag, rows, text};
use super::page::SizeWatch;
use crate::store::{Layout, Listing};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Rows kept ready above and below the visible ones.
const SPARE: usize = 6;
/// Rows made before the first measurement.
const FIRST_GUESS: usize = 40;

/// How long a wall shows one page of a list that has more, seconds.
const PAGE_LASTS: i64 = 12;

/// Where a wall's next page begins: nobody stands there to scroll.
fn next_page(scrolled: f64, height: f64, row: f64, whole: f64) -> f64 {
    let rows = (height / row.max(1.0)).floor().max(1.0);
    let next = scrolled + rows * row.max(1.0);
    if next >= whole { 0.0 } else { next }
}

/// The rows in sight: the first, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sight {
    first: usize,
    len: usize,
}

/// Which rows to make for a scroll position; in whole steps, so that small moves change nothing.
fn sight(scrolled: f64, height: f64, row: f64, count: usize) -> Sight {
    if row < 1.0 {
        return Sight {
            first: 0,
            len: FIRST_GUESS,
        };
    }
    let visible = (height / row).ceil() as usize + 1;
    let top = ((scrolled / row) as usize).min(count.saturating_sub(visible));
    let first = top.saturating_sub(SPARE) / SPARE * SPARE;
    Sight {
        first,
        len: visible + 3 * SPARE,
    }
}

/// Reads the keys of some rows: the first row's place, how many rows.
pub(super) type ReadKeys = Arc<dyn Fn(usize, usize) -> Vec<u32> + Send + Sync>;

/// The list.
#[component]
pub(super) fn WindowedList(
    /// Class of the list, which sets the columns and the row's height.
    class: &'static str,
    /// What the list is called.
    #[prop(into)]
    name: Signal<String>,
    /// How many rows there are, and when their order changes.
    listing: ReadSignal<Listing>,
    /// The order.
    keys: ReadKeys,
    /// The rows.
    row: MakeRow,
    /// The row of column headings.
    heading: AnyView,
    /// What is shown instead of no rows.
    #[prop(into)]
    empty: Signal<String>,
) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    let spacer = NodeRef::<html::Div>::new();
    let in_sight = RwSignal::new(Sight {
        first: 0,
        len: FIRST_GUESS,
    });
    let count = Memo::new(move |_| listing.with(|listing| listing.count));
    let measure = move || {
        let (Some(scroller), Some(spacer)) = (scroller.get_untracked(), spacer.get_untracked()) else {
            return;
        };
        let Some(count) = count.try_get_untracked() else {
            return;
        };
        let row = f64::from(spacer.offset_height()) / count.max(1) as f64;
        let seen = sight(
            f64::from(scroller.scroll_top()),
            f64::from(scroller.client_height()),
            row,
            count,
        );
        if in_sight.get_untracked() != seen {
            in_sight.set(seen);
        }
    };
    let watch = StoredValue::new_local(None::<SizeWatch>);
    Effect::new(move || {
        if let (Some(scroller), Some(spacer)) = (scroller.get(), spacer.get()) {
            watch.set_value(SizeWatch::new(&[&scroller, &spacer], measure));
        }
    });
    let app = App::get();
    let turns = Memo::new(move |_| match app.shown.layout() {
        Layout::Wall => app.now().0.div_euclid(1_000 * PAGE_LASTS),
        _ => 0,
    });
    Effect::new(move |page: Option<i64>| {
        let turn = turns.get();
        if let (Some(scroller), Some(spacer), true) = (
            scroller.get_untracked(),
            spacer.get_untracked(),
            page.is_some_and(|page| page != turn),
        ) {
            let height = f64::from(scroller.client_height() - spacer.offset_top());
            let whole = f64::from(spacer.offset_height());
            let row = whole / count.get_untracked().max(1) as f64;
            scroller.set_scroll_top(next_page(f64::from(scroller.scroll_top()), height, row, whole) as i32);
        }
        turn
    });
    let shown = Memo::new(move |_| {
        listing.track();
        let Sight { first, len } = in_sight.get();
        keys(first, len)
    });
    let first = Memo::new(move |_| in_sight.get().first.min(count.get()));
    // From 1, and after the headings.
    let made: MakeRow =
        Arc::new(move |key, place| row(key, Signal::derive(move || first.get() + place.get() + 2)));
    view! {
        <div
            class=["list ", class].concat()
            role="table"
            tabindex="0"
            aria-label=attr(move || name.get())
            aria-rowcount=attr(move || count.get() + 1)
            node_ref=scroller
            on:scroll=move |_| measure()
        >
            <div role="rowgroup" class="list-head">
                {heading}
            </div>
            <div
                role="rowgroup"
                class="list-body"
                node_ref=spacer
                style=("--count", move || count.get().to_string())
            >
                <div class="list-window" role="presentation" style=("--first", move || first.get().to_string())>
                    {rows(shown, made)}
                </div>
            </div>
            <p class="empty" class:shown=flag(move || count.get() == 0)>
                {text(move || empty.get())}
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_in_sight_cover_the_view_at_every_position() {
        let (height, row, count) = (300.0, 30.0, 1_000);
        for top in 0..990 {
            let scrolled = f64::from(top) * row + 7.0;
            let seen = sight(scrolled, height, row, count);
            let last_visible = ((scrolled + height) / row) as usize;
            assert!(seen.first <= top as usize, "row {top}: first is {}", seen.first);
            assert!(seen.first + seen.len > last_visible.min(count - 1), "row {top}");
            assert!(seen.len < 40, "bounded by the view, not by the list");
        }
    }

    #[test]
    fn a_wall_shows_every_row_and_begins_again() {
        let (height, row, whole) = (310.0, 30.0, 900.0);
        let mut seen = [false; 30];
        let mut top = 0.0;
        for _ in 0..3 {
            let first = (top / row) as usize;
            seen[first..(first + 10).min(30)].fill(true);
            top = next_page(top, height, row, whole);
        }
        assert!(seen.iter().all(|seen| *seen));
        assert!(top < 1.0, "the first page again");
        assert!(next_page(0.0, 900.0, 30.0, 300.0) < 1.0, "one page stays");
        assert!(next_page(0.0, 0.0, 0.0, 0.0) < 1.0, "nothing was measured");
    }

    #[test]
    fn a_small_move_makes_no_rows() {
        assert_eq!(sight(300.0, 300.0, 30.0, 1_000), sight(330.0, 300.0, 30.0, 1_000));
    }

    #[test]
    fn a_list_that_was_never_measured_shows_a_screenful() {
        assert_eq!(sight(0.0, 0.0, 0.0, 0).len, FIRST_GUESS);
    }
}
