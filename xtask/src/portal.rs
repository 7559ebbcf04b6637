//! The example portal, served beside the demo from another origin, as a portal is in life.
//!
//! Lives here: a server of five files for one person on this computer, and the policy that a portal may well have.
//! May not be here: the portal's files (examples/portal), the desk's own server (the hub), whose policy is another one.
//! It is `localhost` where the hub is `127.0.0.1`: two names are two sites to a browser, and storage is kept apart.
//! Only names in the table are ever opened, so no request can ask for anything else.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::process::{Failure, Outcome};

/// What there is: the path in the address, the file in the project, its type.
const FILES: [(&str, &str, &str); 5] = [
    ("/", "examples/portal/index.html", "text/html; charset=utf-8"),
    ("/portal.css", "examples/portal/portal.css", "text/css"),
    ("/portal.js", "examples/portal/portal.js", "text/javascript"),
    ("/portal.svg", "examples/portal/portal.svg", "image/svg+xml"),
    (
        "/switchhook-desk.js",
        "embed/switchhook-desk.js",
        "text/javascript",
    ),
];

/// The most of a request that is read, bytes.
const MOST: u64 = 16 * 1024;
/// How long a request may take to come.
const PATIENCE: Duration = Duration::from_secs(5);

/// The portal's origin at a port.
pub(crate) fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// The policy of a portal that frames the desk at `desk` and has the element's script among its own files.
fn policy(desk: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src {desk}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// Serves the portal until this program ends; `desk` is the origin of the desk that it frames.
pub(crate) fn serve(root: &Path, port: u16, desk: &str) -> Outcome {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        Failure::new(
            format!("The portal cannot be served at port {port}: {error}."),
            "Choose another port: `cargo xtask demo --portal-port 8191`.",
        )
    })?;
    let (root, policy) = (root.to_owned(), policy(desk));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A browser that went away meanwhile misses nothing.
            let _ = answer(&root, &policy, stream);
        }
    });
    Ok(())
}

fn answer(root: &Path, policy: &str, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    let mut request = BufReader::new(stream.try_clone()?).take(MOST);
    request.read_line(&mut line)?;
    // The rest of the request says nothing that matters here, and a reply before its end would be cut off.
    let mut header = String::new();
    while request.read_line(&mut header)? > 2 {
        header.clear();
    }
    let (status, kind, body) = match file(&line) {
        Some((file, kind)) => ("200 OK", kind, std::fs::read(root.join(file))?),
        None => ("404 Not Found", "text/plain", b"There is no such file.".to_vec()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nContent-Security-Policy: {policy}\r\n\
         X-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

/// The file that a request's first line asks for, and its type.
fn file(line: &str) -> Option<(&'static str, &'static str)> {
    let mut words = line.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    let path = path.split(['?', '#']).next()?;
    let (_, file, kind) = FILES.into_iter().find(|(name, ..)| *name == path)?;
    (method == "GET").then_some((file, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_portals_own_files_can_be_asked_for() {
        assert_eq!(
            file("GET /?desk=http://127.0.0.1:8090/ HTTP/1.1").map(|(file, _)| file),
            Some("examples/portal/index.html")
        );
        assert!(file("GET /portal.css HTTP/1.1").is_some());
        for line in [
            "",
            "GET",
            "POST / HTTP/1.1",
            "GET /../Cargo.toml HTTP/1.1",
            "GET //etc/passwd HTTP/1.1",
        ] {
            assert!(file(line).is_none(), "{line}");
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for (_, name, _) in FILES {
            assert!(root.join(name).is_file(), "{name}");
        }
    }

    #[test]
    fn the_portal_frames_its_desk_and_nothing_else() {
        let policy = policy("http://127.0.0.1:8090");
        assert!(policy.contains("frame-src http://127.0.0.1:8090;"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}
