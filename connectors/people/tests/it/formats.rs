//! The forms in which exports come.

use rollcall_model::Relation;
use serde_json::json;

use crate::support::{attribute, leads_to, read};

#[tokio::test]
async fn an_export_of_a_personnel_system_is_read_without_configuration() {
    let text = "\u{feff}Employee ID,Full Name,Work Email,Employment Status,Worker Type,Hire Date,Termination Date,Manager ID,Job Title,Department,Team\r\n\
        1,Ada Lovelace,Ada@Acme.example,Active,Regular,2019-03-01,,,CTO,Engineering,platform\r\n\
        2,Bob Byte,bob@acme.example,Active,Contractor,2024-01-01,2027-01-31,1,Engineer,Engineering,platform; payments\r\n\
        3,\"Cy, Jr.\",cy@acme.example,Terminated,Regular,2018-01-01,2026-06-30,1,Engineer,Engineering,\r\n\
        4,Dee,dee@acme.example,Leave of Absence,Regular,2018-01-01,,1,Engineer,Engineering,platform\r\n\
        5,Eve,eve@acme.example,Active,Regular,2027-01-01,,bob@acme.example,Engineer,Engineering,platform\r\n";
    let collected = read("people.csv", text, json!({})).await;
    collected.assert_complete();
    let status = |id| attribute(&collected, id, "status");
    assert_eq!(
        ["1", "2", "3", "4", "5"].map(status),
        ["active", "active", "left", "on_leave", "pending"]
    );
    assert_eq!(collected.entity("3").disabled, Some(true));
    assert_eq!(collected.entity("3").name, "Cy, Jr.");
    assert_eq!(attribute(&collected, "2", "left_at"), "2027-01-31T00:00:00Z");
    assert_eq!(attribute(&collected, "2", "employment"), "contractor");
    assert_eq!(leads_to(&collected, "2", Relation::MemberOf), ["payments", "platform"]);
    assert_eq!(leads_to(&collected, "2", Relation::ReportsTo), ["1"]);
    assert_eq!(
        leads_to(&collected, "5", Relation::ReportsTo),
        ["email:acme.example:bob@acme.example"]
    );
    let at = &collected.entity("3").evidence[0];
    assert_eq!((at.file.as_deref(), at.line), (Some("people.csv"), Some(4)));
}

#[tokio::test]
async fn columns_words_and_dates_of_a_company_can_be_configured() {
    let text = "Key;Mail;State;Ende;Hub;Chef\n7;a@b.example;Gartenurlaub;31.12.2026;ada-l;Bea (8)\n8;b@b.example;weg;01.02.2026;;\n";
    let more = json!({
        "columns": ["id=Key", "status=State", "left_at=Ende", "login:github=Hub", "manager=Chef"],
        "statuses": ["gartenurlaub=active", "weg=left"],
        "date_order": "dmy",
    });
    let collected = read("leute.txt", text, more).await;
    collected.assert_complete();
    assert_eq!(attribute(&collected, "7", "status"), "active");
    assert_eq!(attribute(&collected, "7", "left_at"), "2026-12-31T00:00:00Z");
    assert_eq!(attribute(&collected, "8", "left_at"), "2026-02-01T00:00:00Z");
    assert_eq!(leads_to(&collected, "7", Relation::SameAs), ["github.user:github.com:ada-l"]);
    assert_eq!(leads_to(&collected, "7", Relation::ReportsTo), ["8"]);
}

#[tokio::test]
async fn who_was_hired_again_is_here() {
    let text = "employee_id,email,status,hire date,rehire date,termination date\n\
        1,a@b.example,active,2015-01-01,2026-02-01,2020-06-30\n2,c@b.example,terminated,2015-01-01,,2020-06-30\n";
    let collected = read("p.csv", text, json!({})).await;
    collected.assert_complete();
    assert_eq!(attribute(&collected, "1", "status"), "active");
    assert_eq!(attribute(&collected, "1", "left_at"), "");
    assert_eq!(attribute(&collected, "1", "started_at"), "2026-02-01T00:00:00Z");
    assert_eq!(attribute(&collected, "2", "status"), "left");
}

#[tokio::test]
async fn lines_of_json_are_read_with_fields_inside_objects() {
    let text = r#"{"id": 1, "name": "Ada", "work": {"email": "ada@acme.example"}, "active": true, "teams": ["Platform", "Risk"]}
{"id": 2, "name": "Bob", "work": {"email": "bob@acme.example"}, "active": false, "manager": "Ada", "teams": []}
"#;
    let collected = read("p.jsonl", text, json!({"columns": ["email=work.email"]})).await;
    collected.assert_complete();
    assert_eq!(attribute(&collected, "1", "email"), "ada@acme.example");
    assert_eq!(leads_to(&collected, "1", Relation::MemberOf), ["platform", "risk"]);
    assert_eq!(attribute(&collected, "2", "status"), "left");
    assert_eq!(leads_to(&collected, "2", Relation::ReportsTo), ["1"]);
}

#[tokio::test]
async fn an_export_of_active_directory_is_read() {
    // objectGUID is 00112233-4455-6677-8899-aabbccddeeff; the account expires at the end of 2024.
    let text = "version: 1\n\n\
dn: CN=Ada Lovelace,OU=People,DC=acme,DC=example\nobjectClass: top\nobjectClass: person\nobjectClass: user\nobjectGUID:: MyIRAFVEd2aImaq7zN3u/w==\n\
displayName: Ada Lovelace\nmail: ada@acme.example\nproxyAddresses: SMTP:ada@acme.example\nproxyAddresses: smtp:a.l@acme.example\nproxyAddresses: X500:/o=acme\n\
sAMAccountName: ada\nuserPrincipalName: ada@corp.acme.example\nuserAccountControl: 512\naccountExpires: 9223372036854775807\nemployeeType: Contractor\nemployeeID: 17\n\
memberOf: CN=Ops,OU=Groups,DC=acme,DC=example\nmemberOf: CN=Elsewhere,DC=other\n\n\
dn: CN=Bob,OU=People,DC=acme,DC=example\nobjectClass: user\nobjectGUID:: MyIRAFVEd2aImaq7zN3uAA==\ncn: Bob\nuserAccountControl: 514\nprimaryGroupID: 513\nmanager: cn=ada lovelace, ou=People, dc=acme,\n  dc=example\n\n\
dn: CN=Cy,OU=People,DC=acme,DC=example\nobjectClass: user\nobjectGUID:: MyIRAFVEd2aImaq7zN3uAQ==\ncn: Cy\nuserAccountControl: 512\naccountExpires: 133801632000000000\n\n\
dn: CN=PC1,DC=acme,DC=example\nobjectClass: user\nobjectClass: computer\n\n\
dn: CN=Ops,OU=Groups,DC=acme,DC=example\nobjectClass: group\nobjectGUID:: MyIRAFVEd2aImaq7zN3uAg==\ncn: Ops\nmember: CN=Bob,OU=People,DC=acme,DC=example\n\n\
dn: CN=Domain Users,DC=acme,DC=example\nobjectClass: group\nobjectGUID:: MyIRAFVEd2aImaq7zN3uAw==\ncn: Domain Users\nobjectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAAQIAAA==\n";
    let collected = read("ad.ldif", text, json!({})).await;
    collected.assert_complete();
    let ada = "00112233-4455-6677-8899-aabbccddeeff";
    let bob = "00112233-4455-6677-8899-aabbccddee00";
    let ops = "00112233-4455-6677-8899-aabbccddee02";
    assert_eq!(attribute(&collected, ada, "status"), "active");
    assert_eq!(attribute(&collected, ada, "employment"), "contractor");
    let emails = json!(["ada@acme.example", "a.l@acme.example", "ada@corp.acme.example"]);
    assert_eq!(collected.entity(ada).attributes["emails"], emails);
    assert_eq!(attribute(&collected, bob, "status"), "suspended");
    assert_eq!(leads_to(&collected, bob, Relation::ReportsTo), [ada]);
    let users = "00112233-4455-6677-8899-aabbccddee03";
    assert_eq!(leads_to(&collected, bob, Relation::MemberOf), [ops, users]);
    assert_eq!(leads_to(&collected, ada, Relation::MemberOf), [ops, "cn=elsewhere,dc=other"]);
    assert_eq!(attribute(&collected, "00112233-4455-6677-8899-aabbccddee01", "status"), "left");
    assert_eq!(collected.entities().count(), 6);
    assert!(collected.entities().all(|e| e.key.provider == "ldap"));
}

#[tokio::test]
async fn an_export_of_an_ldap_server_is_read() {
    let text = "dn: uid=ada,ou=people,dc=acme\nobjectClass: inetOrgPerson\nentryUUID: 0AB0-1\nuid: ada\ncn: Ada\nmail: ada@acme.example\npwdAccountLockedTime: 000001010000Z\n\n\
dn: uid=bob,ou=people,dc=acme\nobjectClass: inetOrgPerson\nuid: bob\ncn:: QsO2Yg==\ncreateTimestamp: 20200102030405Z\n\n\
dn: cn=ops,dc=acme\nobjectClass: posixGroup\nentryUUID: g1\ncn: ops\nmemberUid: bob\n\n\
dn: cn=all,dc=acme\nobjectClass: groupOfNames\nentryUUID: g2\ncn: all\nmember: cn=ops,dc=acme\nmember: uid=ada, ou=people, dc=acme\nmember: uid=ghost,dc=acme\n\n\
dn: ou=people,dc=acme\nobjectClass: organizationalUnit\n";
    let collected = read("l.ldif", text, json!({})).await;
    collected.assert_complete();
    assert_eq!(attribute(&collected, "0ab0-1", "status"), "suspended");
    let bob = "uid=bob,ou=people,dc=acme";
    assert_eq!(collected.entity(bob).name, "Böb");
    assert_eq!(collected.entity(bob).created_at, "2020-01-02T03:04:05Z".parse().ok());
    assert_eq!(leads_to(&collected, bob, Relation::MemberOf), ["g1"]);
    assert_eq!(leads_to(&collected, "0ab0-1", Relation::MemberOf), ["g2"]);
    assert_eq!(leads_to(&collected, "g1", Relation::MemberOf), ["g2"]);
    // Who is exported elsewhere is a member nevertheless.
    assert_eq!(leads_to(&collected, "uid=ghost,dc=acme", Relation::MemberOf), ["g2"]);
}
