//! Whom we trust to be the PBX.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature_with_raw_key};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerMisbehaved, RootCertStore,
    SignatureScheme,
};
use sha2::{Digest, Sha256};
use webpki::{RawPublicKeyEntity, anchor_from_trusted_cert, spki_for_anchor};

use crate::config::Tls;

/// What a connection is made with; `None`: plain TCP. A certificate that is not trusted is an [`Error::General`], in words.
pub(super) fn config(tls: &Tls) -> anyhow::Result<Option<ClientConfig>> {
    let provider = Arc::new(ring::default_provider());
    let trust: Arc<dyn ServerCertVerifier> = match tls {
        Tls::Off => return Ok(None),
        Tls::System => Arc::new(Authority::new(system()?, &provider)?),
        Tls::Authority(path) => Arc::new(Authority::new(authority(path)?, &provider)?),
        Tls::Fingerprint(expected) => {
            Arc::new(Pinned { expected: *expected, algorithms: provider.signature_verification_algorithms })
        }
    };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Some(builder.dangerous().with_custom_certificate_verifier(trust).with_no_client_auth()))
}

fn system() -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        bail!(
            "this machine has no certificates to trust: install ca-certificates, or set tls to a file or fingerprint"
        );
    }
    Ok(roots)
}

fn authority(path: &Path) -> anyhow::Result<RootCertStore> {
    let wrong = || format!("{} does not hold a certificate (PEM)", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).with_context(wrong)? {
        roots.add(certificate.with_context(wrong)?)?;
    }
    if roots.is_empty() {
        bail!(wrong());
    }
    Ok(roots)
}

/// As openssl x509 -fingerprint -sha256 prints it, without colons.
fn fingerprint(certificate: &CertificateDer<'_>) -> ([u8; 32], String) {
    let digest: [u8; 32] = Sha256::digest(certificate).into();
    (digest, digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Certificates that somebody vouches for are trusted: rustls decides, and we say what is wrong.
#[derive(Debug)]
struct Authority(Arc<WebPkiServerVerifier>);

impl Authority {
    fn new(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> anyhow::Result<Authority> {
        let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        Ok(Authority(builder.build()?))
    }
}

/// Why rustls does not trust a certificate, and what the setting can be instead.
fn distrust(error: &Error, host: &str, found: &str) -> Error {
    let why = match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "nobody whom we trust has signed it".into()
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => {
            format!("{host} is not among the alternative names in it")
        }
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "it has expired".into()
        }
        Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "it is not valid yet".into(),
        Error::InvalidCertificate(CertificateError::Other(other))
            if other.to_string().contains("UnsupportedCertVersion") =>
        {
            "it is of the first version, without names, as ast_tls_cert makes them".into()
        }
        other => other.to_string(),
    };
    Error::General(format!(
        "its certificate is not trusted: {why}. If openssl x509 -noout -fingerprint -sha256 says the same of its file on the \
         PBX, set tls to sha256:{found}"
    ))
}

impl ServerCertVerifier for Authority {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        (self.0.verify_server_cert(certificate, between, name, ocsp, now))
            .map_err(|error| distrust(&error, &name.to_str(), &fingerprint(certificate).1))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// One certificate is trusted, whoever signed it. Of it only the key is used: what Asterisk's own ast_tls_cert makes is of
/// X.509's first version, which rustls does not read otherwise.
#[derive(Debug)]
struct Pinned {
    expected: [u8; 32],
    algorithms: WebPkiSupportedAlgorithms,
}

fn key(certificate: &CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'static>, Error> {
    match anchor_from_trusted_cert(certificate) {
        Ok(anchor) => Ok(spki_for_anchor(&anchor)),
        Err(_) => Err(Error::InvalidCertificate(CertificateError::BadEncoding)),
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (digest, found) = fingerprint(certificate);
        if digest == self.expected {
            return Ok(ServerCertVerified::assertion());
        }
        Err(Error::General(format!(
            "its certificate is not the one of the setting tls: its fingerprint is sha256:{found}"
        )))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = key(certificate)?;
        let bad = || Error::InvalidCertificate(CertificateError::BadSignature);
        let key = RawPublicKeyEntity::try_from(&key).map_err(|_| bad())?;
        let (_, algorithms) = (self.algorithms.mapping.iter())
            .find(|(scheme, _)| *scheme == signature.scheme)
            .ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
        // In TLS 1.2 a scheme does not say which curve the key has.
        let is_right = algorithms
            .iter()
            .any(|algorithm| key.verify_signature(*algorithm, message, signature.signature()).is_ok());
        if is_right { Ok(HandshakeSignatureValid::assertion()) } else { Err(bad()) }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature_with_raw_key(message, &key(certificate)?, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
