//! Fetching `config.json`, or the file of this site that the page's query names instead.
//!
//! Lives here: the request, where it may go, and the words for a file that cannot be had at all.
//! May not be here: what the file may say (the session's).
//! The file says where tokens and passwords are sent: one from anywhere else could be anybody's, so a link to the page
//! must not be able to name it. Warnings go to the console: they are for whoever sets the page up, not for agents.

use super::clock::window;
use super::http::Request;
use super::network::Network;
use crate::session::config::{self, Config};
use web_sys::{Url, UrlSearchParams};

const USUAL: &str = "config.json";

/// Fetches and reads the configuration; `tell` gets it, or sentences that say what is wrong.
pub fn fetch_config(network: &Network, tell: impl FnOnce(Result<Config, Vec<String>>) + 'static) {
    let Some(page) = window().and_then(|window| window.location().href().ok()) else {
        return;
    };
    let named = named_file(&page).filter(|_| !network.is_demo());
    let url = match named.as_deref().map(|address| own_file(address, &page)) {
        None => USUAL.to_owned(),
        Some(Ok(url)) => url,
        Some(Err(why)) => {
            let address: String = named.unwrap_or_default().chars().take(100).collect();
            let text = format!(
                "?config={address} is refused: {why}. Name a file of this site, such as ?config=test.json."
            );
            // As if it had been asked for: whoever waits for the answer may not be ready for it yet.
            wasm_bindgen_futures::spawn_local(async move { tell(Err(vec![text])) });
            return;
        }
    };
    let request = Request {
        post: false,
        headers: None,
        url: url.clone(),
        authorization: None,
        with_credentials: false,
    };
    let is_usual = url == USUAL;
    let told = move |outcome: Result<super::http::Answer, String>| {
        tell(match outcome {
            Err(text) => Err(vec![format!("{url} could not be fetched: {text}.")]),
            Ok(answer) if answer.status != 200 => Err(vec![format!(
                "{url} could not be fetched: the server answered with status {}. The file must lie {}.",
                answer.status,
                if is_usual {
                    "beside index.html"
                } else {
                    "where ?config= says"
                }
            )]),
            Ok(answer) => match config::parse(&answer.body) {
                Ok((mut config, warnings)) => {
                    for warning in warnings {
                        web_sys::console::warn_1(&format!("{url}: {warning}").into());
                    }
                    config.settle(&origin_of(&page));
                    Ok(config)
                }
                Err(faults) => Err(faults.iter().map(ToString::to_string).collect()),
            },
        });
    };
    // The page asks once, and there is nothing to abort it for.
    let pending = if is_usual {
        network.send(request, told)
    } else {
        network.send_straight(request, told)
    };
    pending.let_run();
}

/// The file that the page's query names, if any.
fn named_file(page: &str) -> Option<String> {
    let query = Url::new(page).ok()?.search();
    let named = UrlSearchParams::new_with_str(&query).ok()?.get("config")?;
    Some(named).filter(|named| !named.is_empty())
}

/// The whole address of a file that lies on the page's own origin, or why it is not asked for.
pub(super) fn own_file(address: &str, page: &str) -> Result<String, String> {
    if address
        .chars()
        .any(|letter| letter == '\\' || letter.is_whitespace() || letter.is_control())
    {
        return Err("it has characters that browsers drop or read as others".to_owned());
    }
    let first = address.split(['/', '?', '#']).next().unwrap_or_default();
    let is_whole = ["https://", "http://"]
        .iter()
        .any(|scheme| address.starts_with(scheme));
    if first.contains(':') && !is_whole {
        return Err("it has a scheme and is not the whole address of a file of this site".to_owned());
    }
    let url = Url::new_with_base(address, page).map_err(|_| "it is no address".to_owned())?;
    if !url.username().is_empty() || !url.password().is_empty() {
        return Err("it has a name or a password in it".to_owned());
    }
    let (there, here) = (url.origin(), origin_of(page));
    if there != here || there == "null" || !matches!(&*url.protocol(), "https:" | "http:") {
        return Err(format!("it is at {there}, and this page at {here}"));
    }
    Ok(url.href())
}

fn origin_of(page: &str) -> String {
    Url::new(page).map(|page| page.origin()).unwrap_or_default()
}
