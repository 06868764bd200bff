// Jinja, rendered by the host.

#define INDEX                                                                                                          \
  "# {{ project.name }}\n"                                                                                             \
  "\n"                                                                                                                 \
  "{{ answers.owner | pascal }} answers for it.\n"                                                                     \
  "{% for resource in answers.resources %}\n"                                                                          \
  "- [{{ resource | pascal }}](resources/{{ resource | kebab }}.md)\n"                                                 \
  "{% endfor %}\n"                                                                                                     \
  "\n"                                                                                                                 \
  "<!-- slot: sections -->\n"

#define RESOURCE                                                                                                       \
  "# {{ resource | pascal }}\n"                                                                                        \
  "\n"                                                                                                                 \
  "`/{{ resource | kebab | plural }}` of {{ project.name }}.\n"

#define REVIEW                                                                                                         \
  "# Review\n"                                                                                                         \
  "\n"                                                                                                                 \
  "{{ answers.reviewers }} of {{ answers.owner }} have to agree.\n"

#define SERVICE                                                                                                        \
  "It listens on port {{ service.port }}, and is alive at `{{ service.health.live }}`.\n"

#define CATALOGUE "{ \"owner\": {{ answers.owner | tojson }}, \"resources\": {{ answers.resources | tojson }} }\n"
