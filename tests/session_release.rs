//! Another release of the page: when the host is asked, what is offered, and when the page loads itself anew.

mod session_rig;

use session_rig::{Desk, site, site_with, user_status};
use switchhook::session::Input;
use switchhook::session::state::{Link, Screen};

const OWN: &str = "aaaa";

/// A desk on a page of the release `aaaa`.
fn released() -> Desk {
    loaded_for(None)
}

/// The same, loaded anew in this tab to be of another release.
fn loaded_for(release: Option<&str>) -> Desk {
    let mut desk = Desk::new(site(""));
    let anew = Desk::new(site("")).session;
    let session = std::mem::replace(&mut desk.session, anew);
    desk.session = session.of_release(Some(OWN.into()), release.map(str::to_owned));
    desk
}

fn requests(desk: &Desk) -> usize {
    let builds = desk.fetches.iter().filter(|(_, url, _)| url == "build.json");
    builds.count()
}

fn is_offered(desk: &Desk) -> bool {
    desk.session.connection().newer
}

/// The host answers the last request for `build.json`.
fn host_has(desk: &mut Desk, status: u16, body: &str) {
    let (_, url, authorization) = desk.fetches.last().expect("it was asked for");
    assert_eq!((url.as_str(), authorization), ("build.json", &None));
    desk.answer_fetch(status, body);
}

#[test]
fn the_host_is_asked_whenever_a_session_with_the_hub_begins_and_at_no_other_time() {
    let mut desk = released();
    assert_eq!(requests(&desk), 0, "not before somebody is in");
    desk.connect();
    assert_eq!(requests(&desk), 1);
    host_has(&mut desk, 200, r#"{"build":"aaaa"}"#);
    desk.pass(60_000);
    assert_eq!(requests(&desk), 0, "not again while it lasts");
    desk.drop_socket();
    desk.pass(2_000);
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    assert_eq!(requests(&desk), 1);
    assert!(!is_offered(&desk), "the same release is nothing new");
}

#[test]
fn a_page_that_was_not_released_asks_nobody() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    assert_eq!(requests(&desk), 0);
}

#[test]
fn a_session_that_was_taken_up_again_is_none_that_begins() {
    let mut desk = released();
    desk.connect_with(r#","useStatefulReconnect":true"#);
    host_has(&mut desk, 200, r#"{"build":"aaaa"}"#);
    desk.complete("Subscribe", "[]");
    desk.receive(&user_status(false));
    desk.receive("{\"type\":8,\"sequenceId\":2}\u{1e}");
    desk.drop_socket();
    desk.pass(1_000);
    desk.answer_token();
    desk.reopen_socket();
    desk.receive("{\"type\":9,\"sequenceId\":4}\u{1e}");
    assert_eq!(desk.link(), Link::Live, "it was taken up again");
    assert_eq!(requests(&desk), 0);
}

#[test]
fn another_release_is_offered_and_loaded_when_the_agent_asks_for_it() {
    let mut desk = released();
    desk.connect();
    host_has(&mut desk, 200, r#"{"build":"bbbb","parts":[]}"#);
    assert!(is_offered(&desk));
    desk.pass(600_000);
    assert!(desk.reloads.is_empty(), "never by itself while somebody works");
    desk.feed(Input::Reload);
    assert_eq!(desk.reloads, ["bbbb".into()]);
}

#[test]
fn nothing_is_loaded_anew_while_something_is_under_way() {
    let mut desk = released();
    desk.connect();
    host_has(&mut desk, 200, r#"{"build":"bbbb"}"#);
    desk.receive(&user_status(true));
    desk.feed(Input::Reload);
    assert!(desk.reloads.is_empty(), "the agent is talking");
    desk.receive(&user_status(false));
    desk.feed(Input::Reload);
    assert_eq!(desk.reloads.len(), 1);
}

#[test]
fn the_agent_who_asks_without_another_release_keeps_the_page() {
    let mut desk = released();
    desk.connect();
    host_has(&mut desk, 200, r#"{"build":"aaaa"}"#);
    desk.feed(Input::Reload);
    assert!(desk.reloads.is_empty());
}

#[test]
fn a_host_without_the_file_changes_nothing() {
    for (status, body) in [
        (404, r#"{"build":"bbbb"}"#),
        (200, "<!doctype html><title>Desk</title>"),
        (200, ""),
        (500, "{}"),
    ] {
        let mut desk = released();
        desk.connect();
        host_has(&mut desk, status, body);
        assert!(!is_offered(&desk), "{status} {body}");
    }
    let mut desk = released();
    desk.connect();
    let (fetch, ..) = desk.fetches.pop().expect("it was asked for");
    desk.feed(Input::FetchFailed {
        fetch,
        text: "no way",
    });
    assert!(!is_offered(&desk));
    assert_eq!(desk.session.connection().trouble, None, "nobody is told of it");
}

#[test]
fn a_host_that_goes_back_takes_its_offer_back() {
    let mut desk = released();
    desk.connect();
    host_has(&mut desk, 200, r#"{"build":"bbbb"}"#);
    desk.reconnect();
    assert!(is_offered(&desk), "until it is known better");
    host_has(&mut desk, 200, r#"{"build":"aaaa"}"#);
    assert!(!is_offered(&desk));
}

#[test]
fn whoever_leaves_finds_the_sign_in_of_the_new_release() {
    let mut desk = released();
    desk.connect();
    host_has(&mut desk, 200, r#"{"build":"bbbb"}"#);
    desk.feed(Input::Leave);
    assert_eq!(desk.reloads, ["bbbb".into()]);
    desk.pass(600_000);
    assert_eq!(desk.reloads.len(), 1, "once is enough");
}

#[test]
fn the_page_never_loads_itself_anew_twice_for_one_release() {
    let mut desk = loaded_for(Some("bbbb"));
    desk.connect();
    host_has(&mut desk, 200, r#"{"build":"bbbb"}"#);
    assert!(is_offered(&desk), "the agent may still try");
    desk.feed(Input::Leave);
    assert!(desk.reloads.is_empty());
}

#[test]
fn a_reason_at_the_sign_in_stays_to_be_read() {
    let mut desk = Desk::new(site_with(r#""identify":"basic","password":true"#, ""));
    let anew = Desk::new(site("")).session;
    let session = std::mem::replace(&mut desk.session, anew);
    desk.session = session.of_release(Some(OWN.into()), None);
    desk.connect();
    host_has(&mut desk, 200, r#"{"build":"bbbb"}"#);
    desk.drop_socket();
    desk.pass(2_000);
    desk.answer_fetch(401, "Your password has expired.");
    assert!(matches!(
        desk.session.screen(),
        Screen::SignIn { error: Some(_), .. }
    ));
    assert!(desk.reloads.is_empty());
}
