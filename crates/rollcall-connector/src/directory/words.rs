//! The words of directories for a status and for a kind of employment.

use super::Status;

/// Letters and digits in lowercase: `On-Leave` and `on leave` are one word.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The status that a usual word means, as exports of personnel systems and directories have them;
/// `None` for a word that is not known, which is never taken for any of them.
#[must_use]
pub fn status_word(text: &str) -> Option<Status> {
    Some(match plain(text).as_str() {
        "active" | "a" | "enabled" | "employed" | "current" | "working" | "true" | "yes" | "y"
        | "1" | "activeemployee" | "live" | "hired" | "provisioned" | "inservice"
        | "noticeperiod" | "onnotice" => Status::Active,
        "onleave" | "leave" | "loa" | "leaveofabsence" | "leavewithpay" | "leavewithoutpay"
        | "paidleave" | "unpaidleave" | "parentalleave" | "maternityleave" | "paternityleave"
        | "sabbatical" | "sickleave" | "l" => Status::OnLeave,
        "suspended" | "disabled" | "locked" | "blocked" | "deactivated" | "archived" => {
            Status::Suspended
        }
        "terminated" | "left" | "inactive" | "leaver" | "resigned" | "retired" | "separated"
        | "former" | "formeremployee" | "offboarded" | "departed" | "dismissed" | "deceased"
        | "ended" | "exited" | "deleted" | "t" | "false" | "no" | "n" | "0" => Status::Left,
        "pending" | "prehire" | "onboarding" | "future" | "futurehire" | "staged"
        | "notstarted" | "preboarding" | "offeraccepted" | "p" => Status::Pending,
        _ => return None,
    })
}

/// The word for a kind of employment: the usual ones are `employee`, `contractor`, `intern`,
/// `temporary` and `service` (no person); any other is kept in lowercase.
#[must_use]
pub fn employment_word(text: &str) -> Option<String> {
    let known = match plain(text).as_str() {
        "" => return None,
        "employee" | "employees" | "regular" | "permanent" | "fulltime" | "parttime" | "fte"
        | "staff" | "regularemployee" | "fulltimeemployee" | "parttimeemployee" | "member"
        | "e" | "permanentemployee" => "employee",
        "contractor"
        | "contract"
        | "contingent"
        | "contingentworker"
        | "external"
        | "vendor"
        | "consultant"
        | "freelancer"
        | "freelance"
        | "partner"
        | "guest"
        | "c"
        | "agency"
        | "agencyworker"
        | "independentcontractor"
        | "outsourced"
        | "supplier" => "contractor",
        "intern" | "internship" | "trainee" | "apprentice" | "student" | "workingstudent" => {
            "intern"
        }
        "temp" | "temporary" | "seasonal" | "fixedterm" | "casual" | "temporaryemployee" => {
            "temporary"
        }
        "service" | "serviceaccount" | "robot" | "bot" | "system" => "service",
        _ => return Some(text.trim().to_lowercase()),
    };
    Some(known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_words_are_known_and_others_are_not_guessed() {
        assert_eq!(status_word("Active"), Some(Status::Active));
        assert_eq!(status_word("Leave of Absence"), Some(Status::OnLeave));
        assert_eq!(status_word("TERMINATED"), Some(Status::Left));
        assert_eq!(status_word("Pre-Hire"), Some(Status::Pending));
        assert_eq!(status_word("Disabled"), Some(Status::Suspended));
        assert_eq!(status_word("Gardening"), None);
        assert_eq!(status_word(""), None);
        assert_eq!(employment_word("Contingent Worker").as_deref(), Some("contractor"));
        assert_eq!(employment_word("Full-Time").as_deref(), Some("employee"));
        assert_eq!(employment_word("Board Member").as_deref(), Some("board member"));
        assert_eq!(employment_word(" "), None);
    }
}
