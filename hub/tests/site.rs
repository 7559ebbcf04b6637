//! The page's files as a browser gets them.

mod common;

use common::{http, hub, options};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use switchhook_hub::server::{Server, StartError};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("switchhook-{name}-{}", std::process::id()));
        std::fs::create_dir_all(path.join("site/snippets")).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, content: &str) {
        std::fs::write(self.0.join(name), content).unwrap();
    }

    fn site(&self) -> PathBuf {
        self.0.join("site")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn serving(site: &Path) -> (Server, SocketAddr) {
    let mut options = options();
    options.site = Some(site.to_owned());
    let hub = hub(options).await;
    let address = hub.address();
    (hub, address)
}

#[tokio::test]
async fn files_come_with_their_types_and_headers() {
    let folder = Folder::new("types");
    for name in [
        "index.html",
        "boot.js",
        "app-0123456789abcdef_bg.wasm",
        "app-0123456789abcdef.css",
        "a.svg",
        "a.woff2",
        "a.webmanifest",
    ] {
        folder.put(&format!("site/{name}"), name);
    }
    let (_hub, address) = serving(&folder.site()).await;
    for (path, content_type, cache) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/boot.js", "text/javascript; charset=utf-8", "no-cache"),
        (
            "/app-0123456789abcdef_bg.wasm",
            "application/wasm",
            "public, max-age=31536000, immutable",
        ),
        (
            "/app-0123456789abcdef.css",
            "text/css; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("/a.svg?x=1", "image/svg+xml", "no-cache"),
        ("/a.woff2", "font/woff2", "no-cache"),
        ("/a.webmanifest", "application/manifest+json", "no-cache"),
    ] {
        let answer = http(address, "GET", path, "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), content_type, "{path}");
        assert_eq!(answer.header("cache-control"), cache, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("permissions-policy").contains("camera=()"));
        let policy = answer.header("content-security-policy");
        let servers = [format!("ws://{address}"), format!("wss://{address}")];
        let expected =
            switchhook_hub::server::policy::content_security_policy(&[&servers[0], &servers[1]], &[]);
        assert_eq!(policy, expected);
    }
}

#[tokio::test]
async fn compressed_variants_are_chosen_and_validators_hold() {
    let folder = Folder::new("compressed");
    folder.put("site/a.js", "plain");
    folder.put("site/a.js.gz", "gzipped");
    folder.put("site/a.js.br", "brotlied");
    folder.put("site/b.js", "plain");
    let (_hub, address) = serving(&folder.site()).await;
    let mut tags = std::collections::BTreeSet::new();
    for (accept, encoding, body) in [
        ("Accept-Encoding: gzip, deflate, br\r\n", "br", "brotlied"),
        ("Accept-Encoding: gzip\r\n", "gzip", "gzipped"),
        ("Accept-Encoding: br;q=0, gzip;q=0.5\r\n", "gzip", "gzipped"),
        ("", "", "plain"),
    ] {
        let answer = http(address, "GET", "/a.js", accept).await;
        assert_eq!(
            (answer.header("content-encoding"), answer.text()),
            (encoding, body)
        );
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(answer.header("vary"), "Accept-Encoding");
        assert_eq!(answer.header("content-length"), body.len().to_string());
        let tag = answer.header("etag").to_owned();
        let known = format!("{accept}If-None-Match: {tag}\r\n");
        let again = http(address, "GET", "/a.js", &known).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("etag"), tag);
        tags.insert(tag);
        let head = http(address, "HEAD", "/a.js", accept).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("content-length"), body.len().to_string());
    }
    assert_eq!(tags.len(), 3, "each variant has its own tag");
    let plain = http(address, "GET", "/b.js", "Accept-Encoding: br\r\n").await;
    assert_eq!(plain.header("content-encoding"), "");
}

#[tokio::test]
async fn nothing_outside_the_folder_can_be_had() {
    let folder = Folder::new("outside");
    folder.put("secret.txt", "secret");
    folder.put("site/index.html", "page");
    folder.put("site/.hidden", "secret");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.0.join("secret.txt"), folder.site().join("link.txt")).unwrap();
    let (_hub, address) = serving(&folder.site()).await;
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/snippets/../../secret.txt",
        "/..\\secret.txt",
        "/.hidden",
        "/link.txt",
        "/none",
        "/snippets",
        "/%00",
        "/%",
        "//../secret.txt",
    ] {
        let answer = http(address, "GET", path, "").await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("secret"), "{path}");
    }
    assert_eq!(http(address, "POST", "/index.html", "").await.status, 405);
}

#[tokio::test]
async fn the_configuration_is_generated_and_a_file_does_not_win() {
    let folder = Folder::new("config");
    folder.put("site/index.html", "page");
    folder.put("site/config.json", "{\"wrong\":true}");
    folder.put("site/config.json.br", "wrong");
    let (_hub, address) = serving(&folder.site()).await;
    let answer = http(address, "GET", "/config.json", "Accept-Encoding: br\r\n").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert_eq!(
        answer.json(),
        serde_json::json!({"source": {
            "token": {"url": "/token/me/rte/", "identify": "basic"},
            "directory": {"url": "/directory"},
            "snapshot": true,
            "telephony": "ctios",
            "queueNameVariable": 1,
            "tserver": {"agents": "agentId"},
        }})
    );
}

#[tokio::test]
async fn below_the_folder_of_a_vocabulary_lies_the_same_page_with_a_configuration_for_it_alone() {
    let folder = Folder::new("folders");
    folder.put("site/index.html", "page");
    folder.put("site/snippets/a.js", "script");
    let (_hub, address) = serving(&folder.site()).await;
    for (name, own) in [("ccs", "domains"), ("callgem", "tenant")] {
        let answer = http(address, "GET", &format!("/{name}/config.json"), "").await;
        assert_eq!(answer.header("cache-control"), "no-cache");
        let source = &answer.json()["source"];
        assert_eq!(source["rte"], false, "{source}");
        assert!(source["telephony"].is_null() && source["tserver"].is_null());
        let listens = &source[name];
        assert!(
            listens["states"]
                .as_array()
                .is_some_and(|states| states.len() > 5)
        );
        assert_eq!(listens[own].is_string(), name == "callgem", "{listens}");
        let page = http(address, "GET", &format!("/{name}/"), "").await;
        assert_eq!((page.status, page.text()), (200, "page"));
        let script = http(address, "GET", &format!("/{name}/snippets/a.js"), "").await;
        assert_eq!((script.status, script.text()), (200, "script"));
        let without_slash = http(address, "GET", &format!("/{name}"), "").await;
        assert_eq!(without_slash.status, 308);
        assert_eq!(without_slash.header("location"), format!("/{name}/"));
    }
    assert_eq!(http(address, "GET", "/tserver/config.json", "").await.status, 404);
}

#[tokio::test]
async fn a_missing_folder_or_page_is_said() {
    let mut wrong = options();
    wrong.site = Some("there/is/no/such/folder".into());
    let error = Server::start(wrong).await.expect_err("it started");
    assert!(matches!(error, StartError::Site(_)));
    assert!(error.to_string().contains("--site"), "{error}");
    let hub = hub(options()).await;
    let answer = http(hub.address(), "GET", "/", "").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("--site"));
}
