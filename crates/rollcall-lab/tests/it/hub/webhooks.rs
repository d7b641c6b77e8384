//! What changes is told of, signed.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rollcall_lab::Change;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Hub, serve};

/// What a receiver was told: headers in small letters, body.
type Told = (String, String);

/// Takes so many webhooks.
async fn receiver(hub: &Hub, count: usize) -> JoinHandle<Vec<Told>> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks?of=lab", listener.local_addr().unwrap());
    hub.lab.set_webhook(Some(url));
    tokio::spawn(async move {
        let mut told = Vec::new();
        while told.len() < count {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            let mut buffer = [0; 4_096];
            loop {
                let read = stream.read(&mut buffer).await.unwrap();
                text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let head = head.to_lowercase();
                let length = head.split("content-length: ").nth(1).unwrap();
                let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
                if body.len() >= length {
                    told.push((head, body.to_owned()));
                    break;
                }
            }
            stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        }
        told
    })
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines().find_map(|l| l.strip_prefix(&format!("{name}: "))).unwrap()
}

#[tokio::test]
async fn a_push_changes_the_tree_and_is_told_of() {
    let hub = serve(400).await;
    let name = hub.named(|r| r["empty"] == false)[0].clone();
    let id = |text: &Value| {
        let all = text["repositories"].as_object().unwrap();
        all.iter().find(|(_, r)| r["name"] == name.as_str()).unwrap().1["head"].clone()
    };
    let before = id(&hub.lab.truth());
    let told = receiver(&hub, 1).await;
    let body = json!({"repo": name, "path": ".mcp.json", "text": "{\"mcpServers\": {}}\n"});
    let answer = hub.http.post(hub.url("/_lab/push")).json(&body).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["delivery"]["status"], 202, "{answer}");
    let (head, body) = told.await.unwrap().remove(0);
    assert!(head.starts_with("post /webhooks?of=lab "));
    assert_eq!(header(&head, "x-github-event"), "push");
    assert_eq!(header(&head, "x-github-delivery"), answer["delivery"]["id"].as_str().unwrap());
    let mut mac = Hmac::<Sha256>::new_from_slice(hub.lab.keys().webhook_secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature: String =
        mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(header(&head, "x-hub-signature-256"), format!("sha256={signature}"));
    let body: Value = serde_json::from_str(&body).unwrap();
    let after = id(&hub.lab.truth());
    assert_ne!(before, after);
    assert_eq!((&body["before"], &body["after"]), (&before, &after));
    assert_eq!(body["repository"]["name"], name.as_str());
    assert_eq!(body["installation"]["id"], hub.lab.keys().installation_id);
    let (_, _, file) = hub.get(&format!("/repos/{}/{name}/contents/.mcp.json", hub.org)).await;
    assert_eq!(file["size"], 19);
    let (_, _, repository) = hub.get(&format!("/repos/{}/{name}", hub.org)).await;
    let pushed: rollcall_model::Timestamp =
        repository["pushed_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(body["repository"]["pushed_at"], pushed.seconds());
}

#[tokio::test]
async fn keys_members_and_repositories_come_and_go_and_are_told_of() {
    let hub = serve(400).await;
    let name = hub.named(|r| r["empty"] == false)[0].clone();
    let login =
        hub.all(&format!("/orgs/{}/members?role=member", hub.org)).await[0]["login"].clone();
    let login = login.as_str().unwrap().to_owned();
    let told = receiver(&hub, 7).await;
    let key = Change::AddKey { repository: name.clone(), title: "new".to_owned(), read_only: true };
    hub.lab.change(&key).await.unwrap();
    let keys = hub.all(&format!("/repos/{}/{name}/keys", hub.org)).await;
    let id = keys.iter().find(|k| k["title"] == "new").unwrap()["id"].as_u64().unwrap();
    for change in [
        Change::RemoveKey { repository: name.clone(), id },
        Change::RemoveMember { login: login.clone() },
        Change::AddMember { login: login.clone() },
        Change::CreateRepository { name: "fresh".to_owned() },
        Change::RenameRepository { repository: "fresh".to_owned(), name: "fresher".to_owned() },
        Change::ArchiveRepository { repository: name.clone() },
    ] {
        assert_eq!(hub.lab.change(&change).await.unwrap().unwrap().status, Some(202), "{change:?}");
    }
    let told: Vec<(String, String)> = told
        .await
        .unwrap()
        .iter()
        .map(|(head, body)| {
            let body: Value = serde_json::from_str(body).unwrap();
            (header(head, "x-github-event").to_owned(), body["action"].as_str().unwrap().to_owned())
        })
        .collect();
    let wanted = [
        ("deploy_key", "created"),
        ("deploy_key", "deleted"),
        ("organization", "member_removed"),
        ("organization", "member_added"),
        ("repository", "created"),
        ("repository", "renamed"),
        ("repository", "archived"),
    ];
    assert_eq!(told, wanted.map(|(e, a)| (e.to_owned(), a.to_owned())));
    assert_eq!(hub.status(&format!("/repos/{}/fresher", hub.org)).await, 200);
    assert_eq!(hub.status(&format!("/repos/{}/fresh", hub.org)).await, 301);
    assert_eq!(hub.lab.deliveries().len(), 7);
}
