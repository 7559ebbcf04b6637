//! The network side of the hub.
//!
//! Lives here: putting the parts together, starting and stopping them.
//! May not be here: what any part does. Directions: `signalr`, `token`, `origin` and `site` know nothing of each
//! other's business; `http` lays the routes; `hotline` takes clients' calls to the one task that owns the desk, where
//! `clock` drives it. Everything that has a duration takes it from [`Options`].

pub mod cli;
mod clock;
mod flood;
mod hotline;
mod http;
pub mod origin;
pub mod policy;
pub mod signalr;
pub mod site;
pub mod token;

pub use crate::desk::configuration::FOLDERS;
pub use crate::desk::vocabulary;
pub use flood::{Flood, FloodControl};
pub use http::HUB_PATH;

#[cfg(test)]
pub(crate) use clock::handle;
pub(crate) use hotline::Hotline;
#[cfg(test)]
pub(crate) use hotline::Request;

use crate::centre::{Settings, Span};
use crate::desk::vocabulary::Vocabularies;
use crate::desk::{Desk, Scenario, Speech, usual_centre};
use axum::serve::ListenerExt as _;
use clock::Clock;
use flood::Feeds;
use http::Context;
use origin::AllowedOrigins;
use signalr::{Ending, Limits, Registry};
use site::{Site, SiteError};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use switchhook::vendor::callgem::LocalClock;
use switchhook::vendor::time::Zone;
use token::Signer;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Everything that can be chosen about a hub.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen at.
    pub host: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
    /// The folder of the page's files, if a page is served.
    pub site: Option<PathBuf>,
    /// The simulated centre. Its start is set to the present when the hub starts.
    pub centre: Settings,
    /// In which vocabularies it is told.
    pub vocabularies: Vocabularies,
    /// How far the clock on CallGem's wall is ahead of UTC.
    pub callgem_offset: Zone,
    /// What goes wrong, again and again.
    pub scenario: Option<Scenario>,
    /// How long an access token is valid.
    pub token_lifetime: Duration,
    /// Origins, beside the hub's own, whose pages may use it.
    pub allowed_origins: Vec<String>,
    /// Origins, beside the hub's own, whose pages may show the page in a frame and speak to it.
    pub portals: Vec<String>,
    /// How long an agent stays signed in when the desk went away without signing out.
    pub grace: Duration,
    /// Whether telephony events have as few parameters as the servers can send (`MinimizeEventArgs`).
    pub minimise_event_args: bool,
    /// The measuring feed, if it is wanted.
    pub flood: Option<Flood>,
    /// Bounds and intervals of connections.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 7400,
            site: None,
            centre: usual_centre(),
            vocabularies: Vocabularies::default(),
            callgem_offset: Zone::default(),
            scenario: None,
            token_lifetime: Duration::from_secs(3_600),
            allowed_origins: Vec::new(),
            portals: Vec::new(),
            grace: Duration::from_secs(20),
            minimise_event_args: false,
            flood: None,
            limits: Limits {
                // A centre's present state may be a megabyte, and stock clients acknowledge once a second.
                stateful_bytes: 1 << 20,
                ..Limits::default()
            },
        }
    }
}

/// Why a hub does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens at the port.
    #[error(
        "port {port} on {host} is in use by another program. Stop that program, or choose another port with --port (--port 0 takes any free one)."
    )]
    PortInUse {
        /// The address.
        host: IpAddr,
        /// The port.
        port: u16,
    },
    /// The port cannot be listened at for another reason.
    #[error("cannot listen at {host}, port {port}: {cause}. Choose others with --host and --port.")]
    Listen {
        /// The address.
        host: IpAddr,
        /// The port.
        port: u16,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The page's folder cannot be served.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The system gives no random bytes for the token key.
    #[error("the system has no random numbers for the token key ({0}). Try again.")]
    Randomness(#[from] getrandom::Error),
}

/// A running hub.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    registry: Arc<Registry>,
    stop: oneshot::Sender<()>,
    web: JoinHandle<std::io::Result<()>>,
    close_timeout: Duration,
}

impl Server {
    /// Starts a hub.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { host, port, .. } = options;
        let site = options.site.as_deref().map(Site::new).transpose()?;
        let signer = Signer::new(options.token_lifetime)?;
        let listener = TcpListener::bind((host, port))
            .await
            .map_err(|cause| match cause.kind() {
                std::io::ErrorKind::AddrInUse => StartError::PortInUse { host, port },
                _ => StartError::Listen { host, port, cause },
            })?;
        let listen_error = |cause| StartError::Listen { host, port, cause };
        let address = listener.local_addr().map_err(listen_error)?;

        let clock = Clock::start();
        let settings = Settings {
            start: clock.started_at(),
            // The feed takes the place of the centre's own bustle.
            rate: options.flood.as_ref().map_or(options.centre.rate, |_| 0.0),
            ..options.centre
        };
        let grace = Span::from_millis(options.grace.as_millis().try_into().unwrap_or(i64::MAX));
        let floods_on_request = options.flood.as_ref().is_some_and(|flood| flood.waits);
        let flooded = Arc::new(FloodControl::default());
        let speech = Speech {
            vocabularies: options.vocabularies,
            callgem_clock: LocalClock::new(options.callgem_offset, Vec::new()),
            scenario: options.scenario,
        };
        let feeds = options.flood.map(|flood| Feeds::new(flood, Arc::clone(&flooded)));
        let desk = Desk::new(settings, speech, grace).with_minimised_events(options.minimise_event_args);
        let directory = desk.directory();
        let (hotline, requests) = Hotline::new(options.vocabularies);
        tokio::spawn(clock::drive(desk, feeds, requests, clock));

        let close_timeout = options.limits.close_timeout;
        let registry = Arc::new(Registry::new(options.limits));
        let context = Context {
            signer: Arc::new(signer),
            directory,
            site,
            origins: AllowedOrigins::new(options.allowed_origins),
            portals: options.portals.into(),
            flooded,
            floods_on_request,
            vocabularies: options.vocabularies,
            callgem_offset: options.callgem_offset,
            registry: Arc::clone(&registry),
        };
        let router = http::router(context, Arc::new(hotline));
        let (stop, stopped) = oneshot::channel();
        let listener = listener.tap_io(|socket| {
            // Small records must not wait for company; where it cannot be set, they are merely later.
            let _ = socket.set_nodelay(true);
        });
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            // A dropped handle stops the hub as well.
            let _ = stopped.await;
        });
        let web = tokio::spawn(serving.into_future());
        Ok(Self {
            address,
            registry,
            stop,
            web,
            close_timeout,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets all clients go, telling them that they may come back, and stops.
    pub async fn stop(self) {
        let goodbye = Ending {
            error: None,
            allow_reconnect: true,
        };
        let patience = self.close_timeout * 2;
        // Whoever has not gone by then is cut off with the process.
        let _ = tokio::time::timeout(patience, self.registry.shut_down(&goodbye)).await;
        let _ = self.stop.send(());
        let _ = tokio::time::timeout(patience, self.web).await;
    }
}
