// CHostSystem
