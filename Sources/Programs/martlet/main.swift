import MartletCLI
