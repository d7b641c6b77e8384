//! The exact access the connector needs: as text, and as the part of an application's manifest.

use rollcall_connector::AccessDocument;

use crate::config::Config;
use crate::definition::{GROUP_PERMISSION, LEAVE_PERMISSION, USER_PERMISSION};

pub(crate) fn documents(format: &str, config: &Config) -> Vec<AccessDocument> {
    let mut permissions = vec![USER_PERMISSION, GROUP_PERMISSION];
    if config.leave_dates {
        permissions.push(LEAVE_PERMISSION);
    }
    let document = |name: &str, usage: &str, text: String| {
        vec![AccessDocument { name: name.to_owned(), usage: usage.to_owned(), text }]
    };
    if format == "azure-cli" {
        let grants: String = permissions.iter().map(|name| format!("grant {name}\n")).collect();
        return document(
            "entra-application.sh",
            "Run it as a Global Administrator or Privileged Role Administrator, signed in with the Azure \
             command line. It gives the application these permissions and no other.",
            format!(
                "#!/bin/sh\nset -eu\nclient={}\ngraph=00000003-0000-0000-c000-000000000000\n\
                 grant() {{\n  role=$(az ad sp show --id \"$graph\" --query \"appRoles[?value=='$1'].id\" -o tsv)\n  \
                 az ad app permission add --id \"$client\" --api \"$graph\" --api-permissions \"$role=Role\"\n}}\n\
                 {grants}az ad app permission admin-consent --id \"$client\"\n",
                config.client_id
            ),
        );
    }
    let lines: String = permissions.iter().map(|name| format!("   - {name}\n")).collect();
    document(
        "entra-application.txt",
        "Registers an application that may read users and groups and nothing else.",
        format!(
            "Tenant: {}\n\n\
             1. Entra admin centre, App registrations, New registration: rollcall, this directory only.\n\
             2. API permissions, Microsoft Graph, Application permissions, exactly:\n{lines}   \
             and grant admin consent. Remove the delegated User.Read that is there by default.\n\
             3. Certificates and secrets: upload a certificate. Keep its private key and the certificate in one \
             PEM\n   file that only the account that runs rollcall can read. A client secret works too.\n\
             4. In the source: tenant_id, client_id, certificate = \"file:…\".\n",
            config.tenant
        ),
    )
}
