import os
use(a)
use(b)
