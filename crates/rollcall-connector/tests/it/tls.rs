//! TLS with a private certificate authority.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rollcall_connector::transport::TransportOptions;
use rollcall_model::ProblemClass;
use rustls::pki_types::PrivateKeyDer;

use super::support::{User, client};

/// Serves `{"id":7}` for a number of connections, with a certificate of the authority.
fn serve(authority: &CertifiedIssuer<'_, KeyPair>, connections: usize) -> String {
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming().take(connections) {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust us goes away here.
            if stream.read(&mut [0; 4096]).is_ok() {
                let answer =
                    "HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\n{\"id\":7}";
                stream.write_all(answer.as_bytes()).unwrap();
                stream.conn.send_close_notify();
                stream.flush().unwrap();
            }
        }
    });
    url
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_named_and_only_then() {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();

    let url = serve(&authority, 2);
    let trusting = TransportOptions { extra_ca_files: vec![file], ..TransportOptions::hasty() };
    let answer = client(&url, &["GET /user"], &trusting).get::<User>("GET /user", &[], &[]).await;
    assert_eq!(answer.unwrap().value, User { id: 7 });

    let stranger = client(&url, &["GET /user"], &TransportOptions::hasty());
    let error = stranger.get::<User>("GET /user", &[], &[]).await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (ProblemClass::Config, "certificate"),
        "{error}"
    );
}
