//! What can go wrong, told apart by what a person or a program would do about it.
//!
//! Lives here: one error type for connecting, staying connected and calling, and the phases that can time out.
//! May not be here: deciding whether to try again, except for what the kind of the error alone says.
//! HTTP statuses survive as kinds (the official client loses them in a text, defect D13).
//! Texts follow the official client's where people search for them.

use std::time::Duration;

/// What was being waited for when time ran out, or when the socket closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The access token.
    Token,
    /// The negotiate answer.
    Negotiate,
    /// The WebSocket's opening.
    Open,
    /// The handshake response.
    Handshake,
    /// Any sign of life on an open connection.
    Live,
    /// The answer to a call.
    Call,
}

/// Why a connection or a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The hub's address cannot be used; what is wrong with it (never the address itself).
    #[error("The hub's address cannot be used: {0}.")]
    InvalidAddress(String),
    /// The credentials were refused (HTTP 401), a fresh token included.
    #[error("Unauthorized: the server refused the credentials (status code 401).")]
    Unauthorized,
    /// The credentials are known but do not allow this (HTTP 403).
    #[error("Forbidden: the server does not allow this user to connect (status code 403).")]
    Forbidden,
    /// There is no hub at the address (HTTP 404).
    #[error(
        "Not Found (status code 404): Either this is not a SignalR endpoint or there is a proxy blocking the connection."
    )]
    NotFound,
    /// The server is there but cannot serve now (HTTP 408, 429 or 5xx).
    #[error("The server is unavailable (status code {status}).")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long the server asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// Any other HTTP status (case N10).
    #[error("Unexpected status code returned from negotiate '{0}'")]
    UnexpectedStatus(u16),
    /// No answer came from the network; the shell's text.
    #[error("The server cannot be reached: {0}")]
    Unreachable(String),
    /// The access token could not be had; the provider's text.
    #[error("The access token could not be had: {0}")]
    TokenUnavailable(String),
    /// The server refused at negotiate; its text (case N09).
    #[error("{0}")]
    NegotiateRefused(String),
    /// Redirected too often (case N15).
    #[error("Negotiate redirection limit exceeded.")]
    TooManyRedirects,
    /// The server does not offer WebSockets with text (case N16).
    #[error("None of the transports supported by the client are supported by the server.")]
    NoCommonTransport,
    /// The server refused the handshake; its text (case H08).
    #[error("Server returned handshake error: {0}")]
    HandshakeRefused(String),
    /// The server closed the connection with this text (case E02).
    #[error("Server returned an error on close: {0}")]
    ServerClosed(String),
    /// The WebSocket closed (cases H09, N28).
    #[error("{}", closed_text(*phase, *code, reason))]
    SocketClosed {
        /// What was going on: opening, handshake or live.
        phase: Phase,
        /// The WebSocket close code; 1006 when there was no close frame.
        code: u16,
        /// The close frame's reason, possibly empty.
        reason: String,
    },
    /// Time ran out.
    #[error("{}", timeout_text(*phase))]
    TimedOut {
        /// What was waited for.
        phase: Phase,
    },
    /// The message was not sent, because the server would have closed the connection over it.
    #[error("The message of {size} bytes exceeds the limit of {limit} bytes and was not sent.")]
    MessageTooLarge {
        /// Its size in bytes, record separator included.
        size: usize,
        /// The limit in force, in bytes.
        limit: usize,
    },
    /// Too much waits for the server to acknowledge it; the message was not sent.
    #[error("The server does not keep up: more than {limit} bytes wait. The message was not sent.")]
    TooMuchWaiting {
        /// The limit in force, in bytes.
        limit: usize,
    },
    /// Items of a stream were not taken in time; the stream was cancelled.
    #[error("More than {limit} items of the stream were waiting to be taken. It was canceled.")]
    Overflow {
        /// How many may wait.
        limit: usize,
    },
    /// The stream is not open: it was ended, its call has ended, or its session was lost. Nothing was sent.
    #[error("The stream has ended; the item was not sent.")]
    StreamEnded,
    /// The server said something that the protocol does not allow.
    #[error("{0}")]
    ProtocolViolation(String),
    /// The connection was lost before the answer came: whether the call took effect is not known.
    #[error("{}", lost_text(cause.as_deref()))]
    SessionLost {
        /// Why the connection was lost; `None` when it was closed in good order.
        cause: Option<Box<Error>>,
    },
    /// The hub method failed; the server's text (case I01).
    #[error("{0}")]
    Method(String),
    /// The caller gave the call up.
    #[error("The invocation was canceled.")]
    Cancelled,
    /// The caller stopped the connection (case I04).
    #[error("Invocation canceled due to the underlying connection being closed.")]
    Stopped,
    /// There is no connection; nothing was sent (case I20).
    #[error("Cannot send data if the connection is not in the 'Connected' State.")]
    NotConnected,
}

impl Error {
    /// The kind of failure that an HTTP status other than 200 stands for.
    pub fn from_status(status: u16, retry_after: Option<Duration>) -> Self {
        match status {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            408 | 429 | 500..=599 => Self::Unavailable { status, retry_after },
            other => Self::UnexpectedStatus(other),
        }
    }

    /// Whether trying again cannot help until somebody changes something.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            Self::InvalidAddress(_) | Self::Unauthorized | Self::Forbidden
        )
    }

    /// Whether the error, at a first connect, points to a wrong address or an unsuitable server.
    ///
    /// Of a server that has been connected before, the same says only that it is being redeployed.
    pub fn is_misconfiguration(&self) -> bool {
        self.is_terminal()
            || matches!(
                self,
                Self::NotFound
                    | Self::UnexpectedStatus(_)
                    | Self::TooManyRedirects
                    | Self::NoCommonTransport
                    | Self::HandshakeRefused(_)
                    | Self::NegotiateRefused(_)
                    | Self::ProtocolViolation(_)
            )
    }

    /// How long the server asks to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn closed_text(phase: Phase, code: u16, reason: &str) -> String {
    let reason = if reason.is_empty() {
        "no reason given"
    } else {
        reason
    };
    match phase {
        Phase::Open => format!(
            "WebSocket failed to connect (status code {code}, {reason}). The connection could not be found on the server, the endpoint may not be a SignalR endpoint, or a proxy blocks WebSockets."
        ),
        Phase::Handshake => {
            "The underlying connection was closed before the hub handshake could complete.".to_owned()
        }
        Phase::Token | Phase::Negotiate | Phase::Live | Phase::Call => {
            format!("WebSocket closed with status code: {code} ({reason}).")
        }
    }
}

fn timeout_text(phase: Phase) -> &'static str {
    match phase {
        Phase::Token => "The access token did not arrive in time.",
        Phase::Negotiate => "The server did not answer the negotiate request in time.",
        Phase::Open => "The WebSocket did not open in time.",
        Phase::Handshake => "The server did not answer the handshake in time.",
        Phase::Live => "Server timeout elapsed without receiving a message from the server.",
        Phase::Call => "The server did not answer the invocation in time.",
    }
}

fn lost_text(cause: Option<&Error>) -> String {
    match cause {
        None => "Invocation canceled due to the underlying connection being closed.".to_owned(),
        Some(cause) => format!("The connection was lost before the server answered: {cause}"),
    }
}
