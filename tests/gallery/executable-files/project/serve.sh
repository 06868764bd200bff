#!/bin/sh
export A=1
exec serve
