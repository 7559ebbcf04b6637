//! The browser's interfaces, in a browser: what is told, and that what was dropped is silent.
//!
//! The server at the other end is the one that the test's own page came from; it knows no socket and no configuration.

use super::clock::window;
use super::config::own_file;
use super::http::{self, Request};
use super::life::{Life, PageLife};
use super::socket::{Socket, SocketEvent};
use super::storage;
use super::tab::Competitor;
use super::timer::{Frame, Timer};
use super::{Network, fetch_config, http::Answer};
use crate::preferences::{Change, Drafts, Preferences, Theme};
use crate::session::Contest;
use crate::session::state::Tab;
use js_sys::Promise;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

type Heard<T> = Rc<RefCell<Vec<T>>>;

/// Starts something that tells one value, and waits for it. What `start` answers lives until then.
async fn told<T: 'static, Kept>(start: impl FnOnce(Rc<dyn Fn(T)>) -> Kept) -> T {
    let value: Rc<RefCell<Option<T>>> = Rc::default();
    let (mut start, mut kept) = (Some(start), None);
    let promise = Promise::new(&mut |resolve, _| {
        let value = Rc::clone(&value);
        let start = start.take().expect("called once");
        kept = Some(start(Rc::new(move |told| {
            *value.borrow_mut() = Some(told);
            resolve.call0(&JsValue::NULL).expect("resolved");
        })));
    });
    JsFuture::from(promise).await.expect("never rejected");
    drop(kept);
    value.take().expect("told")
}

fn get(url: &str) -> Request {
    Request {
        post: false,
        headers: None,
        url: url.to_owned(),
        authorization: None,
        with_credentials: false,
    }
}

async fn answer(request: Request) -> Result<Answer, String> {
    told(|tell| http::send(request, move |outcome| tell(outcome))).await
}

#[derive(Debug, PartialEq)]
enum Told {
    Opened,
    Closed { code: u16, clean: bool },
}

fn listen(tell: impl Fn(Told) + Clone + 'static) -> Option<Socket> {
    let host = window()?.location().host().ok()?;
    Socket::open(&format!("ws://{host}/no-socket"), move |event| match event {
        SocketEvent::Opened => tell(Told::Opened),
        SocketEvent::Closed { code, clean, .. } => tell(Told::Closed { code, clean }),
        SocketEvent::Text(_) | SocketEvent::Binary(_) => {}
    })
}

#[wasm_bindgen_test]
async fn a_timer_fires_once_and_a_dropped_one_never() {
    let heard: Heard<&str> = Rc::default();
    let note = |what| {
        let heard = Rc::clone(&heard);
        move || heard.borrow_mut().push(what)
    };
    drop(Timer::after(0, note("dropped")));
    drop(Frame::next(note("dropped frame")));
    let _kept = Timer::after(0, note("timer"));
    let _frame = Frame::next(note("frame"));
    told(|tell| Frame::next(move || tell(()))).await;
    told(|tell| Timer::after(20, move || tell(()))).await;
    let mut heard = heard.take();
    heard.sort_unstable();
    assert_eq!(heard, ["frame", "timer"]);
}

#[wasm_bindgen_test]
async fn an_answer_is_told_whatever_its_status() {
    let page = answer(get("/")).await.expect("an answer");
    assert_eq!(page.status, 200);
    assert!(!page.body.is_empty());
    let missing = answer(get("/no-such-file")).await.expect("an answer");
    assert_eq!((missing.status, missing.retry_after), (404, None));
    let nowhere = answer(get("http://127.0.0.1:1/")).await;
    assert!(nowhere.is_err_and(|text| text.contains("could not reach it")));
}

#[wasm_bindgen_test]
async fn a_dropped_request_tells_nothing() {
    let heard: Heard<u16> = Rc::default();
    let note = Rc::clone(&heard);
    drop(http::send(get("/"), move |outcome| {
        note.borrow_mut().extend(outcome.map(|answer| answer.status));
    }));
    answer(get("/")).await.map(|_| ()).expect("an answer");
    assert!(heard.take().is_empty());
}

#[wasm_bindgen_test]
async fn a_socket_that_cannot_open_says_so_once() {
    let first = told(|tell| listen(move |event| tell(event))).await;
    assert_eq!(
        first,
        Told::Closed {
            code: 1006,
            clean: false
        }
    );
    assert!(Socket::open("ws://", |_| {}).is_none(), "no address at all");
}

#[wasm_bindgen_test]
async fn a_dropped_socket_is_silent() {
    let heard: Heard<Told> = Rc::default();
    let note = Rc::clone(&heard);
    drop(listen(move |event| note.borrow_mut().push(event)));
    told(|tell| listen(move |event| tell(event))).await;
    assert_eq!(heard.take(), []);
}

#[wasm_bindgen_test]
fn the_pages_life_is_told_until_nobody_listens() {
    let heard: Heard<Life> = Rc::default();
    let note = Rc::clone(&heard);
    let life = PageLife::listen(move |life| note.borrow_mut().push(life));
    let happen = |name: &str| {
        let event = web_sys::Event::new(name).expect("an event");
        window()
            .expect("a window")
            .dispatch_event(&event)
            .expect("dispatched");
    };
    for name in ["offline", "online", "pagehide", "pageshow"] {
        happen(name);
    }
    assert_eq!(
        heard.take(),
        [Life::Offline, Life::Online, Life::Frozen, Life::Resumed]
    );
    drop(life);
    happen("offline");
    assert_eq!(heard.take(), []);
}

/// Competes in the tests' own contest and notes how it stands.
fn compete(take_over: bool) -> (Competitor, Heard<Tab>) {
    let heard: Heard<Tab> = Rc::default();
    let note = Rc::clone(&heard);
    let name = "switchhook test".to_owned();
    let contest = Contest { name, take_over };
    let competitor = Competitor::new(contest, move |tab| note.borrow_mut().push(tab));
    (competitor, heard)
}

/// Long enough for the browser to hand a lock on.
async fn a_moment() {
    told(|tell| Timer::after(100, move || tell(()))).await;
}

#[wasm_bindgen_test]
async fn d7_one_leads_the_next_takes_over_by_itself_and_one_that_is_asked_to_at_once() {
    let (first, of_first) = compete(false);
    a_moment().await;
    let (second, of_second) = compete(false);
    a_moment().await;
    assert_eq!(of_first.take(), [Tab::Leading]);
    assert_eq!(of_second.take(), [Tab::Following]);
    drop(first);
    a_moment().await;
    assert_eq!(of_second.take(), [Tab::Leading]);
    let (third, of_third) = compete(true);
    a_moment().await;
    assert_eq!(of_third.take(), [Tab::Leading]);
    assert_eq!(of_second.take(), [Tab::Following]);
    drop(third);
    a_moment().await;
    assert_eq!(of_second.take(), [Tab::Leading]);
    drop(second);
    a_moment().await;
    assert_eq!(
        (of_first.take(), of_second.take(), of_third.take()),
        (vec![], vec![], vec![])
    );
}

#[wasm_bindgen_test]
async fn who_no_longer_waits_is_not_given_the_lead() {
    let (first, _) = compete(false);
    a_moment().await;
    let (second, of_second) = compete(false);
    a_moment().await;
    drop(second);
    drop(first);
    let (third, of_third) = compete(false);
    a_moment().await;
    assert_eq!(of_second.take(), [Tab::Following]);
    assert_eq!(of_third.take().last(), Some(&Tab::Leading));
    drop(third);
}

#[wasm_bindgen_test]
async fn what_is_kept_is_there_again_and_drafts_wait_for_a_pause() {
    let mut preferences = Preferences::default();
    preferences.apply(Change::Theme(Theme::Dark));
    storage::keep_preferences(&preferences);
    assert_eq!(storage::kept_preferences(), Some(preferences));

    let mut drafts = Drafts::default();
    drafts.put("dial", "555");
    let given = drafts.clone();
    let keeper = storage::Keeper::new(move || given.clone(), || {});
    keeper.keep_drafts_soon();
    assert_ne!(storage::kept_drafts(), drafts);
    told(|tell| Timer::after(600, move || tell(()))).await;
    assert_eq!(storage::kept_drafts(), drafts);
}

#[wasm_bindgen_test]
async fn a_missing_configuration_is_named_with_its_status_and_place() {
    let outcome =
        told(|tell| fetch_config(&Network::of_page(), move |outcome| tell(outcome.map(|_| ())))).await;
    let faults = outcome.expect_err("there is none");
    assert_eq!(faults.len(), 1);
    for word in ["config.json", "404", "beside index.html"] {
        assert!(faults[0].contains(word), "{faults:?}");
    }
}

#[wasm_bindgen_test]
fn another_configuration_must_lie_on_the_pages_own_origin() {
    let page = "https://desk.example:8443/tools/desk/?config=x#settings";
    for (address, whole) in [
        ("test.json", "https://desk.example:8443/tools/desk/test.json"),
        (
            "./a/../b.json?v=1",
            "https://desk.example:8443/tools/desk/b.json?v=1",
        ),
        ("../other/c.json", "https://desk.example:8443/tools/other/c.json"),
        ("/c.json", "https://desk.example:8443/c.json"),
        ("//desk.example:8443/c.json", "https://desk.example:8443/c.json"),
        (
            "https://desk.example:8443/c.json",
            "https://desk.example:8443/c.json",
        ),
        ("a%5Cb.json", "https://desk.example:8443/tools/desk/a%5Cb.json"),
    ] {
        assert_eq!(own_file(address, page).as_deref(), Ok(whole), "{address}");
    }
    for (address, says) in [
        ("//evil.example/c.json", "https://evil.example"),
        ("///evil.example/c.json", "https://evil.example"),
        ("https://evil.example/c.json", "https://evil.example"),
        ("https://desk.example/c.json", "https://desk.example,"),
        ("http://desk.example:8443/c.json", "http://desk.example:8443"),
        ("https://desk.example:8443.evil.example/", "address"),
        ("https://desk.example.evil.example:8443/", "evil.example"),
        ("https://me@desk.example:8443/c.json", "name or a password"),
        (
            "https://desk.example:8443@evil.example/c.json",
            "name or a password",
        ),
        ("https:evil.json", "scheme"),
        ("https:/evil.example/c.json", "scheme"),
        ("HTTPS://desk.example:8443/c.json", "scheme"),
        ("data:application/json,{}", "scheme"),
        ("blob:https://desk.example:8443/0-0", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("ftp://desk.example:8443/c.json", "scheme"),
        ("\\\\evil.example\\c.json", "characters"),
        ("/\\evil.example/c.json", "characters"),
        (" //evil.example/c.json", "characters"),
        ("/\t/evil.example/c.json", "characters"),
        ("\u{0}c.json", "characters"),
    ] {
        let why = own_file(address, page).expect_err(address);
        assert!(why.contains(says), "{address}: {why}");
    }
}

#[wasm_bindgen_test]
async fn a_request_that_may_go_nowhere_else_is_answered_where_it_was_sent() {
    let straight = |url: &str| {
        let request = get(url);
        told(|tell| http::send_straight(request, move |outcome| tell(outcome)))
    };
    assert_eq!(
        straight("no-such-file").await.map(|answer| answer.status),
        Ok(404)
    );
}
