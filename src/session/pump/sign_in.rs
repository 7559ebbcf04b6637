//! Signing in and out: token, directory, who is meant.
//!
//! Lives here: the order of requests at sign-in, their answers in words, and leaving.
//! May not be here: the connection (its own file), how a request is carried out.
//! The credentials stay in memory for as long as somebody is signed in: every reconnect needs a fresh token (rule R2).

use super::{
    Command, Connection, ConnectionView, Credentials, DirectorySource, Effect, Error, FetchId, Fetching, Hub,
    HubAddress, Identify, Known, Link, Moment, NAMES, Now, Options, Reason, Ref, Screen, Secret, Session,
    SignInError, Subscriptions, Telephony, TokenEndpoint, TokenSource, Wire, base64, claims, ctios, rte,
    sources,
};
use crate::connection::place;
use crate::domain::fold::folded;

impl Session {
    pub(super) fn sign_in(&mut self, credentials: Credentials, now: Now) {
        self.credentials = Some(credentials);
        let was_refused = self.was_refused();
        self.set_sign_in(true, None);
        match &self.config.token {
            TokenSource::Endpoint(_) => self.fetch_token(Fetching::SignIn),
            TokenSource::Portal => self.want_portal_sign_in(was_refused, now),
            TokenSource::None => self.fetch_directory_and_connect("", now),
        }
    }

    /// Signs in again whom the telephony server has signed out, as that person wishes and never by itself.
    ///
    /// Where the site asks for a password it is asked for again: somebody else may sit there now. Elsewhere nothing
    /// secret was typed, and the connection to the hub, which has not ended, stays.
    pub(super) fn sign_in_again(&mut self, now: Now) {
        if wants_password(&self.config) {
            self.ask_again(None, now);
        } else if let Some(credentials) = &self.credentials {
            let command = at_telephony(credentials);
            self.command(command, now);
        }
    }

    /// Back to the sign-in, with everything filled in but the password.
    pub(super) fn ask_again(&mut self, why: Option<SignInError>, now: Now) {
        let who = self.credentials.take().map(|credentials| Known {
            login_id: credentials.login_id,
            extension: credentials.extension,
        });
        self.leave(now);
        self.set_sign_in(false, why);
        if let (Screen::SignIn { known, .. }, Some(who)) = (&mut self.screen, who) {
            *known = who;
        }
    }

    pub(super) fn set_sign_in(&mut self, now_busy: bool, now_error: Option<SignInError>) {
        if !matches!(self.screen, Screen::SignIn { .. }) {
            self.screen = screen(&self.config);
        }
        if let Screen::SignIn { busy, error, .. } = &mut self.screen {
            *busy = now_busy;
            *error = now_error;
        }
        self.changed = true;
    }

    pub(super) fn sign_in_failed(&mut self, error: SignInError) {
        self.credentials = None;
        self.token = None;
        self.set_sign_in(false, Some(error));
    }

    pub(super) fn next_fetch(&mut self, fetching: Fetching) -> FetchId {
        self.next += 1;
        let fetch = FetchId(self.next);
        self.fetches.insert(fetch, fetching);
        fetch
    }

    pub(super) fn fetch_token(&mut self, fetching: Fetching) {
        self.token_turn = 0;
        self.fetch_token_at(place(self.token_place, 0), fetching);
    }

    /// Asks the next of the token addresses in this round; whether there was one.
    fn fetch_token_elsewhere(&mut self, fetching: Fetching) -> bool {
        let TokenSource::Endpoint(endpoint) = &self.config.token else {
            return false;
        };
        if self.token_turn + 1 >= endpoint.urls.len() {
            return false;
        }
        self.token_turn += 1;
        self.fetch_token_at(place(self.token_place, self.token_turn), fetching);
        true
    }

    fn fetch_token_at(&mut self, place: usize, fetching: Fetching) {
        let TokenSource::Endpoint(endpoint) = self.config.token.clone() else {
            return;
        };
        let authorization = match endpoint.identify {
            Identify::Browser => None,
            Identify::Basic { .. } => self.credentials.as_ref().map(|credentials| {
                Secret::new(format!(
                    "Basic {}",
                    base64(format!("{}:{}", credentials.login_id, credentials.password).as_bytes())
                ))
            }),
        };
        let fetch = self.next_fetch(fetching);
        self.effects.push(Effect::Fetch {
            fetch,
            url: endpoint.urls.into_iter().nth(place).unwrap_or_default(),
            authorization,
            with_credentials: endpoint.identify == Identify::Browser,
        });
    }

    /// `told`: the hub's address where the configuration has none.
    pub(super) fn fetch_directory_and_connect(&mut self, told: &str, now: Now) {
        let known = self.config.hub.iter().map(String::as_str);
        let addresses: Result<Vec<HubAddress>, Error> = if self.config.hub.is_empty() {
            HubAddress::parse(told).map(|address| vec![address])
        } else {
            known.map(HubAddress::parse).collect()
        };
        let mut addresses = match addresses {
            Ok(addresses) => addresses.into_iter(),
            Err(error) => return self.sign_in_failed(SignInError::Unreachable(error.to_string())),
        };
        let Some(primary) = addresses.next() else {
            return;
        };
        primary.host().clone_into(&mut self.home);
        self.view = ConnectionView {
            server: self.home.clone(),
            link: Link::Connecting { attempt: 1 },
            ..ConnectionView::default()
        };
        let mut options = Options::new(primary);
        options.backups = addresses.collect();
        options.names_from = u64::from(self.source.0) << NAMES;
        options.encoding = self.config.encoding;
        options.retry_first_connect = true;
        options.reconnect_after_close = true;
        self.connection = Some(Connection::new(options));
        self.screen = Screen::Desk;
        self.changed = true;
        self.directory_known = false;
        match self.config.directory.clone() {
            DirectorySource::Inline(text) => self.read_directory(text.as_bytes()),
            DirectorySource::Url(url) => {
                let authorization = self
                    .token
                    .as_ref()
                    .map(|token| Secret::new(format!("Bearer {}", token.expose())));
                let with_credentials = self.token.is_none();
                let fetch = self.next_fetch(Fetching::Directory);
                self.effects.push(Effect::Fetch {
                    fetch,
                    url,
                    authorization,
                    with_credentials,
                });
            }
        }
        self.drive(Wire::Start, now);
    }

    pub(super) fn leave(&mut self, now: Now) {
        self.drive(Wire::Stop, now);
        self.connection = None;
        self.connected = false;
        self.keeps_calls = false;
        self.token = None;
        self.credentials = None;
        self.forget_portal_token();
        self.fetches.clear();
        self.calls.clear();
        self.flights.clear();
        self.signing_in = None;
        // Whoever signs in next is another client of them.
        self.sources = sources::all(&self.config, self.source);
        self.telephone = ctios::Decoder::default();
        self.subscriptions = Subscriptions::default();
        self.was_subscribed = false;
        self.token_place = 0;
        self.device = None;
        let mut model = self.model.borrow_mut();
        if self.leads() {
            model.lose_session(self.source, now.wall);
            model.set_me(None);
        } else {
            model.suspend_session(self.source);
        }
        drop(model);
        self.set_sign_in(false, None);
        self.view = ConnectionView::default();
        self.resync = true;
    }

    pub(super) fn fetched(&mut self, fetching: Fetching, status: u16, body: &[u8], now: Now) {
        match fetching {
            Fetching::SignIn | Fetching::Token(_) => {
                let outcome = match status {
                    200 => std::str::from_utf8(body)
                        .map_err(|_| crate::vendor::Unreadable::Broken)
                        .and_then(rte::token::TokenResponse::read)
                        .map_err(|error| SignInError::Unreachable(format!("The token address: {error}."))),
                    401 | 403 => Err(SignInError::Refused(plain_text(body))),
                    other => Err(SignInError::Unreachable(format!(
                        "The token address answered with status {other}. {}",
                        plain_text(body)
                    ))),
                };
                match &outcome {
                    Ok(_) => self.token_place = place(self.token_place, self.token_turn),
                    Err(SignInError::Unreachable(_)) if self.fetch_token_elsewhere(fetching) => return,
                    Err(_) => {}
                }
                match (fetching, outcome) {
                    (Fetching::Token(request), Ok(answer)) => {
                        self.name_hub(&answer.endpoint);
                        let token = Secret::new(String::from(answer.token));
                        self.token = Some(token.clone());
                        self.drive(
                            Wire::TokenReady {
                                request,
                                token: Some(token),
                            },
                            now,
                        );
                    }
                    (Fetching::Token(request), Err(error)) => {
                        let error = match error {
                            SignInError::Refused(_) => Error::Unauthorized,
                            SignInError::Unreachable(text) => Error::TokenUnavailable(text),
                        };
                        self.drive(Wire::TokenFailed { request, error }, now);
                    }
                    (_, Ok(answer)) => {
                        self.token = Some(Secret::new(String::from(answer.token)));
                        self.fresh_token = true;
                        self.fetch_directory_and_connect(&answer.endpoint, now);
                    }
                    (_, Err(error)) => self.sign_in_failed(error),
                }
            }
            Fetching::Directory if status == 200 => {
                self.read_directory(body);
                self.subscribe_when_ready(now);
            }
            Fetching::Build => self.build_told(status, body),
            Fetching::Directory => {
                self.directory_failed(&format!("it answered with status {status}"), now);
            }
        }
    }

    pub(super) fn fetch_failed(&mut self, fetching: Fetching, text: &str, now: Now) {
        match fetching {
            Fetching::SignIn | Fetching::Token(_) if self.fetch_token_elsewhere(fetching) => {}
            Fetching::SignIn => {
                self.sign_in_failed(SignInError::Unreachable(format!(
                    "The token address cannot be reached: {text}"
                )));
            }
            Fetching::Token(request) => {
                let error = Error::TokenUnavailable(text.to_owned());
                self.drive(Wire::TokenFailed { request, error }, now);
            }
            Fetching::Directory => self.directory_failed(text, now),
            // Whoever cannot reach it asks again with the next session.
            Fetching::Build => {}
        }
    }

    /// The hub's address may have changed since the last token, where the token's answer is what tells it.
    fn name_hub(&mut self, told: &str) {
        if let (true, Ok(address)) = (self.config.hub.is_empty(), HubAddress::parse(told))
            && let Some(connection) = &mut self.connection
        {
            connection.name_hub(address);
        }
    }

    /// Without names the desk still works for what the hub tells by itself; the page says what is missing.
    pub(super) fn directory_failed(&mut self, text: &str, now: Now) {
        self.view.trouble = Some(format!("The directory with names could not be read: {text}."));
        self.changed = true;
        self.read_directory(b"{}");
        self.subscribe_when_ready(now);
    }

    pub(super) fn read_directory(&mut self, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        // A file may begin with a byte order mark, as `config.json` may.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        match rte::directory::Directory::read(text, &mut self.oddities) {
            Ok(directory) => {
                {
                    let mut model = self.model.borrow_mut();
                    directory.tell(self.source, &mut |event| model.apply(event, None, Moment(0)));
                }
                self.reasons = directory
                    .not_ready_reasons
                    .iter()
                    .map(|reason| Reason {
                        code: reason.code,
                        label: reason.label.to_string(),
                    })
                    .collect();
                self.wrap_up_reasons.clone_from(&directory.wrap_up_reasons);
                self.directory = directory;
            }
            Err(error) => {
                self.view.trouble = Some(format!("The directory with names could not be read: {error}."));
            }
        }
        self.recognise_me();
        self.directory_known = true;
        self.changed = true;
    }

    /// Finds the own agent by the id typed at sign-in, else by an id that the token carries.
    pub(super) fn recognise_me(&mut self) {
        if !self.leads() {
            return self.name_agents();
        }
        let typed = self
            .credentials
            .as_ref()
            .map(|credentials| folded(credentials.login_id.trim()))
            .filter(|typed| !typed.is_empty());
        let in_token = self
            .token
            .as_ref()
            .map(|token| claims::identities(token.expose()))
            .unwrap_or_default();
        let mut model = self.model.borrow_mut();
        let key = typed
            .iter()
            .chain(&in_token)
            .find_map(|id| model.agents.find(Ref::new(self.source, id)));
        let key = key.or_else(|| typed.map(|typed| model.agents.intern(Ref::new(self.source, &typed))));
        model.set_me(key);
        drop(model);
        self.name_agents();
    }

    /// The own agent's id at this hub.
    pub(super) fn me(&self) -> Option<Box<str>> {
        if !self.leads() {
            let typed = folded(self.credentials.as_ref()?.login_id.trim());
            return self
                .directory
                .agent_by_login(&typed)
                .map(|agent| agent.id.clone());
        }
        let model = self.model.borrow();
        let key = model.desk.me?;
        model.agents.get(key).map(|agent| agent.id.clone())
    }
}

impl Session {
    /// Whether signing in was tried and did not work.
    pub(super) fn has_failed(&self) -> bool {
        matches!(&self.screen, Screen::SignIn { error: Some(_), .. })
    }

    /// Why signing in did not work, for IT support.
    pub(super) fn why_not(&self) -> Option<String> {
        match &self.screen {
            Screen::SignIn {
                error: Some(SignInError::Refused(text) | SignInError::Unreachable(text)),
                ..
            } => Some(text.clone()),
            _ => None,
        }
    }
}

/// The sign-in of a site, empty.
pub(super) fn screen(config: &Hub) -> Screen {
    Screen::SignIn {
        wants_password: wants_password(config),
        wants_extension: config.telephony != Telephony::None,
        busy: false,
        error: None,
        known: Known::default(),
    }
}

fn wants_password(config: &Hub) -> bool {
    matches!(
        config.token,
        TokenSource::Endpoint(TokenEndpoint {
            identify: Identify::Basic { password: true },
            ..
        })
    )
}

/// Signing in at the telephony server, which is told no password.
pub(super) fn at_telephony(credentials: &Credentials) -> Command {
    Command::SignIn {
        login_id: credentials.login_id.as_str().into(),
        extension: credentials.extension.as_str().into(),
    }
}

/// A body as a short plain text, for people.
fn plain_text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.starts_with('<') {
        return String::new();
    }
    text.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_not_quoted_as_a_reason() {
        assert_eq!(plain_text(b"<!doctype html><p>no"), "");
        assert_eq!(plain_text(b" Token expired.\n"), "Token expired.");
    }
}
