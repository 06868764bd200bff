#!/bin/sh
echo "GOOD MORNING, shop!"
