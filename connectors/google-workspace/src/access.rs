//! The exact access the connector needs, as text.

use rollcall_connector::AccessDocument;

use crate::config::Config;
use crate::definition::SCOPES;

pub(crate) fn documents(config: &Config) -> Vec<AccessDocument> {
    vec![AccessDocument {
        name: "google-workspace.txt".to_owned(),
        usage: "Makes a service account that may read users and groups in the name of an administrator who \
                may do no more. A super administrator does this once."
            .to_owned(),
        text: format!(
            "Customer: {}\n\n\
             1. Google Cloud: a project with the Admin SDK API switched on, a service account without roles, and\n   \
                a key for it in JSON form that only the account that runs rollcall can read.\n\
             2. Admin console, Admin roles: a role with the Admin API privileges Users, Read and Groups, Read, and\n   \
                no other. Assign it to {}.\n\
             3. Admin console, Security, API controls, Domain-wide delegation: add the service account's client id\n   \
                with exactly these scopes:\n   {}\n\
             4. In the source: customer_id, admin, service_account_key = \"file:…\".\n",
            config.customer,
            config.admin,
            SCOPES.join(",\n   ")
        ),
    }]
}
