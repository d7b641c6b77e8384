//! What the connector reads, as text.

use rollcall_connector::AccessDocument;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::config::Config;

pub(crate) fn documents(format: &str, config: &Config) -> Result<Vec<AccessDocument>, Problem> {
    if format != "text" {
        let message = format!("there is no access format {format:?}; there is: text");
        return Err(Problem::new(ProblemClass::Config, "no_such_format", message));
    }
    let document = |name: &str, usage: &str, text: String| AccessDocument {
        name: name.to_owned(),
        usage: usage.to_owned(),
        text,
    };
    let mut documents = Vec::new();
    if !config.files.is_empty() {
        let lines = config.files.iter().map(|file| format!("read {}\n", file.path.display()));
        documents.push(document(
            "files.txt",
            "The account that runs rollcall needs read access to these files and no other right.",
            lines.collect(),
        ));
    }
    if let Some(scim) = &config.scim {
        documents.push(document(
            "scim.txt",
            "The token needs these calls and no other. Where the server has roles, give it one that may \
             only read.",
            ["ServiceProviderConfig", "Users", "Groups"]
                .map(|path| format!("GET {}/{path}\n", scim.url.trim_end_matches('/')))
                .concat(),
        ));
    }
    Ok(documents)
}
