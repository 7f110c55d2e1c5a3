"""How people prove who they are: codes and links, captchas, remembered devices, second factors, rules of passwords."""
