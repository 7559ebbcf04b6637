//! The test application behind an endpoint at `/hub`, in the test's own process.

#![allow(dead_code, reason = "each test program uses a part of it")]

#[path = "app.rs"]
pub(crate) mod app;

use super::common::{Desk, http, soon};
use app::Application;
use axum::{Extension, Router};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use switchhook_hub::server::signalr::{Limits, Registry, User, routes};

/// What serves a test.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) application: Arc<Application>,
    pub(crate) registry: Arc<Registry>,
}

/// Serves the application to one user.
pub(crate) async fn served(limits: Limits) -> Served {
    serve(limits, |routes| routes.layer(Extension(User::named("ann")))).await
}

/// Serves the application; `layered` says who the users are.
pub(crate) async fn serve(limits: Limits, layered: impl FnOnce(Router) -> Router) -> Served {
    let application = Arc::new(Application::default());
    let registry = Arc::new(Registry::new(limits));
    let routes = routes("/hub", Arc::clone(&application), Arc::clone(&registry));
    let routes = layered(routes);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Served {
        address,
        application,
        registry,
    }
}

impl Served {
    /// A client after its handshake.
    pub(crate) async fn desk(&self) -> Desk {
        Desk::connected(self.address, "/hub").await
    }

    /// Negotiates with stateful reconnect; where to open the socket.
    pub(crate) async fn stateful_path(&self) -> String {
        let path = "/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true";
        let answer = http(self.address, "POST", path, "").await.json();
        assert_eq!(answer["useStatefulReconnect"], true);
        format!("/hub?id={}", answer["connectionToken"].as_str().unwrap())
    }

    /// A client with stateful reconnect after its handshake, and where to open its next socket.
    pub(crate) async fn stateful(&self) -> (Desk, String) {
        let path = self.stateful_path().await;
        let mut desk = Desk::open(self.address, &path).await.expect("refused");
        desk.shake_hands_for(2).await;
        (desk, path)
    }

    /// Waits until one of the application's counters stands at `value`.
    pub(crate) async fn until(&self, counter: impl Fn(&Application) -> &AtomicUsize, value: usize) {
        soon(async {
            while counter(&self.application).load(Ordering::SeqCst) != value {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
    }
}
