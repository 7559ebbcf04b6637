//! The page's files: a small static file server with the headers a strict page needs.
//!
//! Lives here: paths, MIME types, precompressed variants, validators and caching.
//! May not be here: the security headers (`policy`) and anything that is generated; generated answers take precedence where routes are laid.
//! A path never leaves the folder: parts with dots in front are refused, links are followed only inside it.
//! Files are looked up at each request, so that a rebuilt page is served without a restart.

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Compressed variants that may lie beside a file, best first: encoding and ending.
const VARIANTS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

/// The name of the host that a request was sent to, if it can safely stand in a header of the answer.
pub fn host_of(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(harmless)).then_some(host)
}

/// A folder of files, served as they are.
#[derive(Debug, Clone)]
pub struct Site {
    root: PathBuf,
}

/// A folder that cannot be served.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot serve the page from {folder}: {cause}. Build the page first, or name its folder with --site."
)]
pub struct SiteError {
    folder: String,
    cause: std::io::Error,
}

impl Site {
    /// Serves `root`, which must be a folder.
    pub fn new(root: &Path) -> Result<Self, SiteError> {
        let failed = |cause| SiteError {
            folder: root.display().to_string(),
            cause,
        };
        let real = root.canonicalize().map_err(failed)?;
        if !real.is_dir() {
            return Err(failed(std::io::ErrorKind::NotADirectory.into()));
        }
        Ok(Self { root: real })
    }

    /// Answers a request for a file.
    pub async fn serve(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
        if method != Method::GET && method != Method::HEAD {
            return (
                StatusCode::METHOD_NOT_ALLOWED,
                [(header::ALLOW, "GET, HEAD")],
                "Files are read with GET.",
            )
                .into_response();
        }
        let not_found = || {
            let text = "There is no such file on this hub.";
            (StatusCode::NOT_FOUND, text).into_response()
        };
        let Some(name) = file_name(uri.path()) else {
            return not_found();
        };
        let Some(found) = self.find(&name, headers).await else {
            return not_found();
        };
        found.answer(&name, method, headers).await
    }

    async fn find(&self, name: &str, headers: &HeaderMap) -> Option<Found> {
        let plain = self.root.join(name);
        for (encoding, ending) in VARIANTS {
            if accepts(headers, encoding) {
                let path = self.root.join(format!("{name}.{ending}"));
                if let Some(found) = self.look_at(path, Some(encoding)).await {
                    return Some(found);
                }
            }
        }
        self.look_at(plain, None).await
    }

    async fn look_at(&self, path: PathBuf, encoding: Option<&'static str>) -> Option<Found> {
        let path = tokio::fs::canonicalize(path).await.ok()?;
        if !path.starts_with(&self.root) {
            return None;
        }
        let metadata = tokio::fs::metadata(&path).await.ok()?;
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let age = modified
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        metadata.is_file().then(|| Found {
            tag: format!(
                "\"{:x}-{:x}{}\"",
                age.as_nanos(),
                metadata.len(),
                encoding.map(|name| format!("-{name}")).unwrap_or_default()
            ),
            path,
            encoding,
        })
    }
}

/// A file to be sent, perhaps in a compressed variant.
struct Found {
    path: PathBuf,
    encoding: Option<&'static str>,
    tag: String,
}

impl Found {
    async fn answer(self, name: &str, method: &Method, request: &HeaderMap) -> Response {
        let known = request
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|tags| {
                tags.split(',')
                    .map(|tag| tag.trim().trim_start_matches("W/"))
                    .any(|tag| tag == self.tag || tag == "*")
            });
        let mut headers = HeaderMap::new();
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(if is_hashed(name) {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            }),
        );
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        if known {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime_type(name)));
        if let Some(encoding) = self.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let Ok(content) = tokio::fs::read(&self.path).await else {
            let text = "The file could not be read. Try again.";
            return (StatusCode::INTERNAL_SERVER_ERROR, text).into_response();
        };
        headers.insert(header::CONTENT_LENGTH, content.len().into());
        let body = if method == Method::HEAD {
            Body::empty()
        } else {
            Body::from(content)
        };
        (headers, body).into_response()
    }
}

/// The file that a path names, relative to the folder; `None` for a path that may not be asked for.
fn file_name(path: &str) -> Option<String> {
    let decoded = percent_decoded(path)?;
    let mut name = String::new();
    for part in decoded.split('/').filter(|part| !part.is_empty()) {
        // Neither "..", nor hidden files, nor what other systems would take for a separator or a drive.
        if part.starts_with('.') || part.contains(['\\', ':', '\0']) {
            return None;
        }
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(part);
    }
    if name.is_empty() || decoded.ends_with('/') {
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str("index.html");
    }
    Some(name)
}

fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Whether the request takes `encoding`: named, or covered by `*`, and not with quality 0.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let quality = |wanted: &str| {
        headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .find_map(|item| {
                let mut parts = item.split(';').map(str::trim);
                parts.next().filter(|name| name.eq_ignore_ascii_case(wanted))?;
                let quality = parts.find_map(|part| part.strip_prefix("q="));
                Some(quality.is_none_or(|text| text.parse::<f32>().is_ok_and(|value| value > 0.0)))
            })
    };
    quality(encoding).or_else(|| quality("*")).unwrap_or(false)
}

/// Whether a name carries a hash of its content (`app-0123456789abcdef_bg.wasm`), and so never changes.
fn is_hashed(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split(['-', '_', '.']).any(|part| {
        part.len() >= 8
            && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            && part.bytes().any(|byte| byte.is_ascii_digit())
    })
}

fn mime_type(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" => "audio/ogg",
        "wav" => "audio/wav",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leaves_the_folder() {
        for path in [
            "/../secret",
            "/a/../../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/.git/config",
            "/a\\..\\b",
            "/c:/x",
            "/%00",
            "/%zz",
            "/%ff",
        ] {
            assert_eq!(file_name(path), None, "{path}");
        }
    }

    #[test]
    fn a_folder_means_its_index() {
        assert_eq!(file_name("/").as_deref(), Some("index.html"));
        assert_eq!(file_name("/a/").as_deref(), Some("a/index.html"));
        assert_eq!(file_name("//a%20b.js").as_deref(), Some("a b.js"));
    }

    #[test]
    fn only_names_with_a_hash_are_immutable() {
        assert!(is_hashed("switchhook-0123456789abcdef.js"));
        assert!(is_hashed("a/switchhook-1f3a5b7c9d0e2f46_bg.wasm"));
        for name in ["index.html", "config.json", "boot.js", "feedface.css", "a-1.js"] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn encodings_are_taken_only_where_they_are_accepted() {
        let accepts_br = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            accepts(&headers, "br")
        };
        assert!(accepts_br("gzip, deflate, br"));
        assert!(accepts_br("BR;q=0.5"));
        assert!(accepts_br("*"));
        assert!(!accepts_br("br;q=0, *"));
        assert!(!accepts_br("gzip"));
        assert!(!accepts(&HeaderMap::new(), "br"));
    }

    #[test]
    fn a_host_that_could_break_a_header_is_none() {
        let host = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(value));
            host_of(&headers).map(str::to_owned)
        };
        assert_eq!(host("[::1]:8080").as_deref(), Some("[::1]:8080"));
        assert_eq!(host("a; script-src *"), None);
    }
}
