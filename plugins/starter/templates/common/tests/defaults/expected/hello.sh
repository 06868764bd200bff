#!/bin/sh
echo "hello, shop!"
