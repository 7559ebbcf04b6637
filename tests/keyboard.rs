//! The keyboard's table: what nobody may break by choosing keys, and what no stored text can.

use proptest::prelude::*;
use std::collections::BTreeSet;
use switchhook::keyboard::{Action, Group, Keys, Press, Refusal, Reserved, Shortcuts};

fn keys(text: &str) -> Keys {
    Keys::read(text).expect(text)
}

#[test]
fn every_action_has_usual_keys_that_are_nobody_elses() {
    let usual = Shortcuts::default();
    let mut seen = BTreeSet::new();
    for action in Action::ALL {
        let keys = usual
            .keys(action)
            .unwrap_or_else(|| panic!("{} has none", action.name()));
        assert_eq!(keys.reserved(), None, "{keys}");
        assert_eq!(usual.action(keys), Some(action));
        assert!(seen.insert(keys.to_string()), "{keys} twice");
        assert_eq!(Action::of_name(action.name()), Some(action));
    }
    for group in Group::ALL {
        assert!(Action::ALL.into_iter().any(|action| action.group() == group));
    }
}

#[test]
fn no_usual_key_is_one_that_chromeos_takes() {
    for letter in ["L", "M", "N", "S"] {
        let taken = keys(&format!("Alt+Shift+{letter}"));
        assert_eq!(Shortcuts::default().action(taken), None);
    }
}

#[test]
fn signing_out_has_no_keys() {
    assert_eq!(Action::of_command("sign-out"), None);
    assert!(
        Action::ALL
            .into_iter()
            .all(|action| !action.name().contains("sign-out"))
    );
}

#[test]
fn a_button_of_two_commands_has_the_keys_of_one_action() {
    assert_eq!(Action::of_command("hold"), Some(Action::Hold));
    assert_eq!(Action::of_command("retrieve"), Some(Action::Hold));
    assert_eq!(Action::of_command("stop-recording"), Some(Action::Record));
    assert_eq!(Action::of_command("dismiss"), None);
}

#[test]
fn a_collision_names_the_other_action() {
    let usual = Shortcuts::default();
    assert_eq!(
        usual.refusal(Action::Hold, keys("Alt+Shift+E")),
        Some(Refusal::Taken(Action::EndCall))
    );
    assert_eq!(
        usual.refusal(Action::EndCall, keys("Alt+Shift+E")),
        None,
        "its own"
    );
    assert_eq!(
        usual.refusal(Action::Hold, keys("Control+W")),
        Some(Refusal::Reserved(Reserved::Elsewhere))
    );
}

#[test]
fn what_was_chosen_goes_before_what_is_usual() {
    let own = Shortcuts::new([("hold", "Alt+Shift+E"), ("answer", "")]);
    assert_eq!(own.keys(Action::Hold), Some(keys("Alt+Shift+E")));
    assert_eq!(own.keys(Action::EndCall), None, "its usual keys were given away");
    assert_eq!(own.keys(Action::Answer), None, "none at all was chosen");
    assert_eq!(own.action(keys("Alt+Shift+P")), None);
    assert_eq!(own.keys(Action::Ready), Action::Ready.usual());
}

#[test]
fn what_cannot_be_chosen_is_as_if_never_chosen() {
    let kept = [
        ("hold", "Control+W"),
        ("answer", "Hyper+Q"),
        ("fly", "Alt+Shift+Z"),
        ("ready", "+"),
    ];
    assert_eq!(Shortcuts::new(kept), Shortcuts::default());
}

proptest! {
    #[test]
    fn no_two_actions_ever_have_the_same_keys(
        kept in prop::collection::vec(
            (
                prop::sample::select(Action::ALL.map(Action::name).to_vec()),
                "(Alt\\+Shift\\+|Control\\+|)([A-Z0-9?]|ArrowUp|F[28])|",
            ),
            0..40,
        ),
    ) {
        let shortcuts = Shortcuts::new(kept.iter().map(|(action, keys)| (*action, &**keys)));
        let mut seen = BTreeSet::new();
        for action in Action::ALL {
            if let Some(keys) = shortcuts.keys(action) {
                prop_assert!(seen.insert(keys.to_string()), "{} twice", keys);
                prop_assert_eq!(keys.reserved(), None);
                prop_assert_eq!(shortcuts.action(keys), Some(action));
                prop_assert_eq!(shortcuts.refusal(action, keys), None);
            }
        }
    }

    #[test]
    fn any_text_is_keys_that_read_the_same_again_or_nothing(text in "(Control|Alt|Shift|Meta|\\+|[A-Z?é]|F1){0,6}|\\PC*") {
        if let Some(keys) = Keys::read(&text) {
            prop_assert_eq!(Keys::read(&keys.to_string()), Some(keys));
        }
    }

    #[test]
    fn any_key_press_is_keys_that_can_be_kept_or_nothing(
        key in "\\PC{0,3}|Dead|F[0-9]{1,2}|ArrowUp",
        code in "Key[A-Z]|Digit[0-9]|\\PC{0,5}",
        down in any::<[bool; 5]>(),
    ) {
        let [control, alt, shift, meta, alt_graph] = down;
        let press = Press { key: &key, code: &code, control, alt, shift, meta, alt_graph };
        if let Some(keys) = Keys::of(press) {
            prop_assert_eq!(Keys::read(&keys.to_string()), Some(keys));
            prop_assert!(!alt_graph);
        }
    }
}
