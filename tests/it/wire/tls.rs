//! TLS: whom the program believes is the machine's certificate store's to say, as where a company's proxy looks inside.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use azure_core::http::{Context, Method, Request};
use bartizan::azure::{Endpoint, network};
use bartizan::operation::Cloud;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::folder::{Folder, RULE};

/// The origin of a service whose certificate is in no store yet, and that certificate as PEM. It answers each connection's
/// first request with a refusal, which is not retried.
fn serve() -> (String, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            // Whoever does not trust the certificate hangs up here.
            if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                let body = r#"{"error":{"code":"AuthorizationFailed","message":"not this identity"}}"#;
                let head =
                    format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close", body.len());
                let _ = write!(stream, "{head}\r\n\r\n{body}");
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (origin, cert.pem())
}

// Elsewhere the store of the system is asked, which a test cannot add to.
#[cfg(target_os = "linux")]
#[test]
fn a_certificate_of_the_machine_s_store_is_trusted() {
    let (origin, certificate) = serve();
    let folder = Folder::with(&[("rules/process.yaml", RULE), ("store.pem", &certificate)]);
    let mut command = folder.command();
    command.args(["plan", "--auth", "static-token", "--endpoint", &origin]);
    command.env("BARTIZAN_TOKEN", "the-token-of-this-test");
    let output = command.env("SSL_CERT_FILE", folder.path().join("store.pem")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("AuthorizationFailed: not this identity"), "{said}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not() {
    let (origin, _) = serve();
    let transport = network(&Endpoint::parse(&origin, Cloud::Public).unwrap()).unwrap();
    let request = Request::new(origin.parse().unwrap(), Method::Get);
    let error = transport.send(&Context::new(), &mut request.clone()).await.unwrap_err();
    assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
}
