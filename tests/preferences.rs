//! Preferences: whatever is chosen comes back, whatever else a browser's storage holds does no harm.

use proptest::prelude::*;
use switchhook::preferences::{
    Change, LONGEST_TEXT, PANELS_KEPT, Preferences, REASONS_KEPT, SHORTCUTS_KEPT, Signal, Theme, Volume,
};

fn text() -> impl Strategy<Value = Box<str>> {
    // Quotes, control characters and other scripts: everything that writing must take care of.
    prop_oneof!["\\PC{0,12}", "[\"\\\\\\n\\t\u{1}äع😀]{0,8}", "[a-c]", "x{60,70}"]
        .prop_map(String::into_boxed_str)
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        proptest::sample::select(&Theme::ALL[..]).prop_map(Change::Theme),
        (proptest::sample::select(&Signal::ALL[..]), any::<bool>())
            .prop_map(|(signal, on)| Change::Signal(signal, on)),
        any::<u8>().prop_map(|percent| Change::Volume(Volume::new(percent))),
        (text(), text()).prop_map(|(login_id, extension)| Change::SignedIn { login_id, extension }),
        any::<i32>().prop_map(Change::Reason),
        (0..4_i32).prop_map(Change::Reason),
        (text(), proptest::option::of(text())).prop_map(|(action, keys)| Change::Shortcut(action, keys)),
        Just(Change::UsualShortcuts),
        (text(), any::<bool>()).prop_map(|(panel, fold)| Change::Fold(panel, fold)),
    ]
}

fn changed(changes: Vec<Change>) -> Preferences {
    let mut preferences = Preferences::default();
    for change in changes {
        preferences.apply(change);
    }
    preferences
}

proptest! {
    #[test]
    fn what_was_chosen_comes_back(changes in proptest::collection::vec(change(), 0..200)) {
        let preferences = changed(changes);
        prop_assert_eq!(Preferences::read(&preferences.written()), preferences);
    }

    #[test]
    fn what_is_written_is_json(changes in proptest::collection::vec(change(), 0..50)) {
        let written = changed(changes).written();
        prop_assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "{}", written);
    }

    #[test]
    fn nothing_grows_without_end(changes in proptest::collection::vec(change(), 0..400)) {
        let preferences = changed(changes);
        prop_assert!(preferences.reasons().len() <= REASONS_KEPT);
        prop_assert!(preferences.shortcuts().count() <= SHORTCUTS_KEPT);
        // Twice for escapes such as `\n`, six times for control characters.
        let texts = 2 + 2 * SHORTCUTS_KEPT + PANELS_KEPT;
        prop_assert!(preferences.written().len() < 1_024 + texts * (6 * LONGEST_TEXT + 4));
        prop_assert!(preferences.login_id.len() <= LONGEST_TEXT);
    }

    #[test]
    fn no_text_makes_reading_fail(text in "\\PC{0,200}") {
        let read = Preferences::read(&text);
        prop_assert_eq!(Preferences::read(&read.written()), read);
    }

    #[test]
    fn no_harm_comes_from_a_text_that_was_tampered_with(
        changes in proptest::collection::vec(change(), 0..50),
        at in any::<prop::sample::Index>(),
        put in "[\\[\\]{}\",:0-9a-z]{0,3}",
    ) {
        let mut written = changed(changes).written();
        let mut at = at.index(written.len());
        while !written.is_char_boundary(at) {
            at -= 1;
        }
        written.insert_str(at, &put);
        let read = Preferences::read(&written);
        prop_assert_eq!(Preferences::read(&read.written()), read);
    }

    #[test]
    fn the_reason_picked_last_comes_first_and_once(codes in proptest::collection::vec(0..9_i32, 1..40)) {
        let preferences = changed(codes.iter().copied().map(Change::Reason).collect());
        let reasons = preferences.reasons();
        prop_assert_eq!(reasons.first(), codes.last());
        for reason in reasons {
            prop_assert_eq!(reasons.iter().filter(|other| *other == reason).count(), 1);
        }
    }
}

#[test]
fn an_action_has_one_set_of_keys_and_can_have_its_usual_ones_again() {
    let mut preferences = Preferences::default();
    let shortcut = |keys: Option<&str>| Change::Shortcut("answer".into(), keys.map(Into::into));
    assert_eq!(preferences.shortcut("answer"), None);
    preferences.apply(shortcut(Some("Alt+A")));
    preferences.apply(shortcut(Some("")));
    assert_eq!(preferences.shortcuts().collect::<Vec<_>>(), [("answer", "")]);
    preferences.apply(shortcut(None));
    assert_eq!(preferences.shortcut("answer"), None);
    preferences.apply(shortcut(Some("F2")));
    preferences.apply(Change::UsualShortcuts);
    assert_eq!(preferences, Preferences::default());
}

#[test]
fn a_panel_is_folded_until_it_is_unfolded() {
    let mut preferences = Preferences::default();
    preferences.apply(Change::Fold("agents".into(), true));
    assert!(preferences.is_folded("agents") && !preferences.is_folded("queues"));
    preferences.apply(Change::Fold("agents".into(), false));
    assert_eq!(preferences, Preferences::default());
}
