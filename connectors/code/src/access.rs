//! What the connector reads, as text: there is nothing to grant but read access to folders.

use rollcall_connector::AccessDocument;
use rollcall_declared::files::EXCLUDED_FOLDERS;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::config::Config;
use crate::homes;

pub(crate) fn documents(format: &str, config: &Config) -> Result<Vec<AccessDocument>, Problem> {
    if format != "text" {
        return Err(Problem::new(
            ProblemClass::Config,
            "no_such_format",
            format!("there is no access format {format:?}; there is: text"),
        ));
    }
    let mut text = String::new();
    for root in &config.roots {
        text.push_str(&format!("list every folder below {}\n", root.display()));
        text.push_str(&format!("  except {}\n", EXCLUDED_FOLDERS.join(", ")));
        text.push_str("  read .github/workflows/*.yml, action.yml, CODEOWNERS, agent and MCP configuration,\n");
        text.push_str("  agent instructions, and the git objects of each checkout\n");
    }
    for home in &config.homes {
        text.push_str(&format!("read, where they exist, below {}:\n", home.display()));
        for (path, _) in homes::candidates() {
            text.push_str(&format!("  {path}\n"));
        }
    }
    Ok(vec![AccessDocument {
        name: "paths.txt".to_owned(),
        usage:
            "The account that runs rollcall needs read access to these paths and no other right."
                .to_owned(),
        text,
    }])
}
