//! Cells exist while their rows are mounted; a commit writes those that changed and no others.

use crate::rig::{at_hub, place, settle};
use leptos::prelude::*;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use switchhook::domain::agent::{Agent, AgentState, AgentUpdate};
use switchhook::domain::ids::AgentKey;
use switchhook::domain::{Delta, Event, Model, Moment};
use switchhook::store::{Cells, Listing, Views};
use wasm_bindgen_test::wasm_bindgen_test;

type Numbers = Cells<u8, u32>;

/// Mounts rows of `keys` and counts how often any of them draws; the rows go with the value returned.
fn mounted(cells: &Numbers, keys: &'static [u8], drawn: &Arc<AtomicU32>) -> impl Drop + use<> {
    let (cells, drawn) = (cells.clone(), Arc::clone(drawn));
    leptos::mount::mount_to(place(), move || {
        for key in keys {
            let cell = cells.mount(*key, || Some(Arc::new(u32::from(*key))));
            let drawn = Arc::clone(&drawn);
            Effect::new(move || {
                cell.track();
                drawn.fetch_add(1, Ordering::Relaxed);
            });
        }
    })
}

fn take(drawn: &AtomicU32) -> u32 {
    drawn.swap(0, Ordering::Relaxed)
}

#[wasm_bindgen_test]
fn a_cell_lives_from_its_first_mount_to_the_end_of_its_last() {
    let cells = Numbers::default();
    let drawn = Arc::default();
    assert!(cells.is_empty());
    let list = mounted(&cells, &[1, 2, 3], &drawn);
    assert_eq!(cells.len(), 3);
    let bar = mounted(&cells, &[2], &drawn);
    assert_eq!(cells.len(), 3, "two mounts share a cell");
    drop(list);
    assert_eq!(cells.len(), 1, "the bar still shows it");
    drop(bar);
    assert!(cells.is_empty());
}

#[wasm_bindgen_test]
async fn a_write_reaches_every_mount_of_a_changed_row_once_and_no_other_row() {
    let cells = Numbers::default();
    let drawn = Arc::default();
    let _list = mounted(&cells, &[1, 2, 3], &drawn);
    let _bar = mounted(&cells, &[2], &drawn);
    settle().await;
    assert_eq!(take(&drawn), 4, "every mount draws once to begin with");
    let mut read = Vec::new();
    cells.write(&[2, 9], |key| {
        read.push(key);
        Some(Arc::new(7))
    });
    assert_eq!(read, [2], "a row that nobody sees is not even read");
    settle().await;
    assert_eq!(take(&drawn), 2);
    cells.rewrite(|_| None);
    settle().await;
    assert_eq!(take(&drawn), 4);
}

#[wasm_bindgen_test]
async fn a_row_mounted_again_shows_the_present_and_not_the_past() {
    let cells = Numbers::default();
    let drawn = Arc::default();
    drop(mounted(&cells, &[1], &drawn));
    cells.write(&[1], |_| panic!("nobody sees it"));
    let owner = Owner::new();
    let cell = owner.with(|| cells.mount(1, || Some(Arc::new(42))));
    assert_eq!(cell.get_untracked().as_deref(), Some(&42));
    owner.cleanup();
    assert!(cells.is_empty());
}

fn agent(id: &str, state: AgentState) -> Event<'_> {
    let update = AgentUpdate {
        name: Some(Cow::Borrowed(id)),
        named_state: Some(state),
        ..AgentUpdate::default()
    };
    // The event only borrows its news; a test may leave it behind.
    Event::Agent(at_hub(id), Box::leak(Box::new(update)))
}

/// Applies events and commits them together; the keys that the delta named.
fn commit(views: &Views, model: &mut Model, events: Vec<Event<'_>>) -> Vec<AgentKey> {
    for event in events {
        model.apply(event, None, Moment(0));
    }
    let mut delta = Delta::default();
    model.take_delta(&mut delta);
    views.commit(model, &delta);
    delta.agents
}

#[wasm_bindgen_test]
async fn a_commit_writes_one_cell_once_for_any_number_of_events() {
    let views = Views::default();
    let mut model = Model::default();
    let start = ["a", "b", "c"].map(|id| agent(id, AgentState::NotReady));
    let keys = commit(&views, &mut model, start.into());
    assert_eq!(views.agents.get_untracked(), Listing { version: 1, count: 3 });
    assert!(views.agent_cells.is_empty(), "nobody has mounted a row");

    let drawn: Arc<AtomicU32> = Arc::default();
    let states: Arc<std::sync::Mutex<Vec<AgentState>>> = Arc::default();
    let (cells, count, seen) = (views.agent_cells.clone(), Arc::clone(&drawn), Arc::clone(&states));
    let row = model.agents.get(keys[0]).cloned().map(Arc::new);
    let _page = leptos::mount::mount_to(place(), move || {
        let cell = cells.mount(keys[0], || row);
        Effect::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            let state = cell.with(|row| row.as_deref().map(Agent::state).unwrap_or_default());
            seen.lock().expect("one thread").push(state);
        });
    });
    settle().await;
    take(&drawn);

    let busy = [AgentState::Ready, AgentState::Reserved, AgentState::Talking].map(|state| agent("a", state));
    assert_eq!(commit(&views, &mut model, busy.into()).len(), 1);
    settle().await;
    assert_eq!(take(&drawn), 1);
    assert_eq!(
        states.lock().expect("one thread").last(),
        Some(&AgentState::Talking)
    );

    // A row that is not mounted costs the mounted one nothing, and moves no list.
    commit(&views, &mut model, vec![agent("b", AgentState::Ready)]);
    settle().await;
    assert_eq!(take(&drawn), 0);
    assert_eq!(views.agents.get_untracked(), Listing { version: 1, count: 3 });

    // Said again, nothing has changed: nothing is written.
    commit(&views, &mut model, vec![agent("a", AgentState::Talking)]);
    settle().await;
    assert_eq!(take(&drawn), 0);

    commit(&views, &mut model, vec![agent("d", AgentState::Ready)]);
    assert_eq!(views.agents.get_untracked(), Listing { version: 2, count: 4 });
}
