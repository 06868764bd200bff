#!/bin/sh
echo "{{ computed.text }}, {{ project.name }}!"
