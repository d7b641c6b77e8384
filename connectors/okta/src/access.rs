//! The exact access the connector needs, as text.

use rollcall_connector::AccessDocument;

use crate::definition::SCOPES;

pub(crate) fn documents(url: &str) -> Vec<AccessDocument> {
    let base = url.trim_end_matches('/');
    let scopes: String = SCOPES.iter().map(|scope| format!("   - {scope}\n")).collect();
    vec![AccessDocument {
        name: "okta-service-app.txt".to_owned(),
        usage: "Makes an API service app that may read users and groups and nothing else. A super \
                administrator does this once."
            .to_owned(),
        text: format!(
            "Organisation: {base}\n\n\
             1. Applications, Create App Integration, API Services. Name it rollcall.\n\
             2. Client authentication: Public key / Private key. Generate a key and save the private key in\n   \
                PEM form where only the account that runs rollcall can read it. Proof of possession (DPoP)\n   \
                is switched off.\n\
             3. Okta API Scopes, grant exactly:\n{scopes}\
             4. Admin roles, assign: Read-only Administrator.\n\
             5. In the source: url, client_id, private_key = \"file:…\", and key_id where there are several keys.\n"
        ),
    }]
}
