//! GitHub Actions: GitHub's own parser takes the workflows, the schemas accept them, and nothing in them is careless.

use std::path::PathBuf;

use super::containers::schema;
use super::project::Project;
use super::tools::Tools;
use crate::checklist::Checklist;
use crate::failure::Outcome;
use crate::parts::Verdict;
use crate::process;

/// Checks `.github/`, where there is one.
pub fn check(project: &Project, tools: &Tools, list: &mut Checklist) {
    let workflows = project.list(".github/workflows");
    if !workflows.is_empty() {
        list.check("workflows: GitHub's parser", || parse(project, tools, &workflows));
        list.check("workflows: schema", || schema(project, tools, "vendor.github-workflows", &workflows));
        list.check("workflows: zizmor", || match tools.python("zizmor") {
            Some(zizmor) => {
                let mut zizmor = tools.command(zizmor, &project.folder);
                process::quietly(zizmor.args(["--offline", "--no-progress"]).arg(project.folder.join(".github")))?;
                Ok(Verdict::Passed)
            }
            None => Ok(Verdict::Skipped("Python's tools are not installed".to_owned())),
        });
    }
    if let Some(dependabot) = project.find(".github/dependabot.yml") {
        list.check("dependabot: schema", || schema(project, tools, "vendor.dependabot", &[dependabot]));
    }
}

fn parse(project: &Project, tools: &Tools, workflows: &[PathBuf]) -> Outcome<Verdict> {
    let Some(node) = tools.node() else {
        return Ok(Verdict::Skipped("Node's tools are not installed".to_owned()));
    };
    process::quietly(tools.command("node", &project.folder).arg(node.join("workflows.mjs")).args(workflows))?;
    Ok(Verdict::Passed)
}
