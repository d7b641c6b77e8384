//! Whatever a file holds, reading it ends, and what is written is read back.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{attribute, read};

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_end_well(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[id,\\n\"{}:;a1 ]{0,120}") {
        for name in ["p.csv", "p.jsonl", "p.ldif"] {
            let _ = block_on(read(name, &bytes, json!({})));
            let _ = block_on(read(name, format!("id,email\n{text}"), json!({})));
        }
    }

    #[test]
    fn a_table_and_objects_say_the_same(
        people in proptest::collection::btree_map("[a-z0-9]{1,8}", ("[^\\p{C}\\s]{1,12}", "[a-z]{1,8}", any::<bool>()), 1..6),
    ) {
        let mut table = "Employee ID,Name,Title,Status\n".to_owned();
        let mut objects = String::new();
        for (id, (name, title, is_here)) in &people {
            let status = if *is_here { "active" } else { "terminated" };
            let cells = [id, name, title, status].map(quoted);
            table.push_str(&format!("{}\n", cells.join(",")));
            let object = json!({"employee_id": id, "name": name, "title": title, "status": status});
            objects.push_str(&format!("{object}\n"));
        }
        for (file, text) in [("p.csv", table), ("p.jsonl", objects)] {
            let collected = block_on(read(file, text, json!({})));
            collected.assert_complete();
            for (id, (name, title, is_here)) in &people {
                prop_assert_eq!(&collected.entity(id).name, name);
                prop_assert_eq!(attribute(&collected, id, "title"), title);
                prop_assert_eq!(collected.entity(id).disabled, Some(!is_here));
            }
        }
    }
}
