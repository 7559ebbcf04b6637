//! Another release of the page: asking whether the host has one, and loading it when nobody is disturbed.
//!
//! Lives here: when `build.json` is asked for, and when the page may be loaded anew, by the agent or by itself.
//! May not be here: what the file says (`session/release.rs`), and any reload at a desk that is not idle.
//! The page is asked for whenever a session with the hub begins: both are mostly renewed together.

use super::{Effect, Fetching, Screen, Session};

impl Session {
    pub(super) fn ask_for_the_build(&mut self) {
        if self.release.is_known() {
            let fetch = self.next_fetch(Fetching::Build);
            self.effects.push(Effect::Fetch {
                fetch,
                url: "build.json".to_owned(),
                authorization: None,
                with_credentials: false,
            });
        }
    }

    /// A host that has no such file, or another one under its name, says nothing about releases.
    pub(super) fn build_told(&mut self, status: u16, body: &[u8]) {
        if status == 200 {
            self.release.told(body);
            self.view.newer = self.release.newer().is_some();
            self.changed = true;
        }
    }

    /// As the agent wishes, unless something is under way by now.
    pub(super) fn reload(&mut self) {
        if let (true, Some(newer)) = (self.model.borrow().is_idle(), self.release.newer()) {
            self.effects.push(Effect::Reload(newer.into()));
        }
    }

    /// By itself where nobody works and there is nothing to read.
    pub(super) fn reload_at_the_sign_in(&mut self) {
        let rests = matches!(
            self.screen,
            Screen::SignIn {
                busy: false,
                error: None,
                ..
            }
        );
        if rests && let Some(newer) = self.release.take_unattended() {
            self.effects.push(Effect::Reload(newer));
        }
    }
}
