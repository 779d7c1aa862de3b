// Sends every message of its parent back, with the platform it runs on, until the parent disconnects.
process.on('message', message => process.send?.({ message, platform: process.platform }))
