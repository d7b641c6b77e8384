//! Words that names are made of.

pub(crate) const FIRST: &[&str] = &[
    "Ada", "Ben", "Cleo", "Dana", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaya",
    "Lena", "Milan", "Nora", "Omar", "Priya", "Quentin", "Rosa", "Samir", "Tara", "Uwe", "Vera",
    "Wanda", "Xenia", "Yusuf", "Zoe", "Amara", "Boris", "Carmen", "Dmitri", "Esra", "Felix",
];

pub(crate) const LAST: &[&str] = &[
    "Adler", "Berg", "Costa", "Dahl", "Engel", "Fischer", "Garcia", "Hansen", "Ivanov", "Jansen",
    "Kaplan", "Lopez", "Moreau", "Novak", "Okafor", "Patel", "Quist", "Rossi", "Silva", "Tanaka",
    "Unger", "Vogel", "Weber", "Xu", "Yilmaz", "Zimmer", "Abbas", "Brandt", "Chen", "Duarte",
    "Eriksen", "Ferrari",
];

pub(crate) const TEAMS: &[&str] = &[
    "platform",
    "payments",
    "identity",
    "search",
    "data",
    "mobile",
    "web",
    "billing",
    "risk",
    "growth",
    "support-tools",
    "observability",
    "security",
    "machine-learning",
    "network",
    "finance",
    "logistics",
    "messaging",
    "documents",
    "partners",
    "research",
    "developer-tools",
    "reporting",
    "treasury",
];

pub(crate) const COMPANIES: &[&str] = &[
    "harborline",
    "northmill",
    "quietfjord",
    "brightloom",
    "stonebridge-co",
    "larkfield",
    "amberworks",
    "tidewater-co",
];

pub(crate) const PURPOSES: &[&str] = &[
    "ingest",
    "export",
    "backup",
    "report",
    "sync",
    "scanner",
    "worker",
    "api",
    "batch",
    "etl",
    "indexer",
    "mailer",
    "renderer",
    "scheduler",
    "gateway",
    "loader",
    "cleaner",
    "replay",
];

pub(crate) const SERVICES: &[&str] = &["ec2", "lambda", "ecs-tasks", "states", "glue", "codebuild"];

pub(crate) const REGIONS: &[&str] = &["us-east-1", "eu-central-1", "eu-west-1", "ap-southeast-2"];

/// Services that identities use, by their namespaces.
pub(crate) const USED: &[&str] = &["s3", "sqs", "dynamodb", "logs", "kms", "sns", "ecr", "rds"];

/// Policies that AWS makes.
pub(crate) const AWS_POLICIES: &[&str] = &[
    "ReadOnlyAccess",
    "AmazonS3ReadOnlyAccess",
    "CloudWatchLogsFullAccess",
    "AmazonSQSFullAccess",
    "AmazonEC2ReadOnlyAccess",
    "AmazonDynamoDBReadOnlyAccess",
    "AWSXRayDaemonWriteAccess",
    "AmazonSSMManagedInstanceCore",
];
