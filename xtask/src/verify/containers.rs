//! Images and Compose, as far as they can be checked without an engine.

use std::path::PathBuf;

use super::project::Project;
use super::tools::Tools;
use crate::checklist::Checklist;
use crate::failure::Outcome;
use crate::parts::Verdict;
use crate::process;

/// Checks the Dockerfile and the Compose file, where there are such.
pub fn check(project: &Project, tools: &Tools, list: &mut Checklist) {
    if let Some(dockerfile) = project.find("Dockerfile") {
        list.check("Dockerfile: hadolint", || match tools.python("hadolint") {
            Some(hadolint) => {
                process::quietly(tools.command(hadolint, &project.folder).arg(dockerfile))?;
                Ok(Verdict::Passed)
            }
            None => Ok(Verdict::Skipped("Python's tools are not installed".to_owned())),
        });
    }
    if let Some(compose) = project.find("docker-compose.yml") {
        list.check("Compose: schema", || schema(project, tools, "vendor.compose-spec", &[compose]));
    }
}

/// Checks files against a schema that the checker brings along.
pub fn schema(project: &Project, tools: &Tools, schema: &str, files: &[PathBuf]) -> Outcome<Verdict> {
    let Some(checker) = tools.python("check-jsonschema") else {
        return Ok(Verdict::Skipped("Python's tools are not installed".to_owned()));
    };
    process::quietly(tools.command(checker, &project.folder).args(["--builtin-schema", schema]).args(files))?;
    Ok(Verdict::Passed)
}
