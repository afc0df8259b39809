namespace MediaEngine.Keys;

/// <summary>Which crypto sessions a key may serve.</summary>
internal static class CryptoSessionRules
{
    // Table E.1.3-1 as two implementations have it lists neither SPK nor MKFC nor MSCCK. UNCERTAIN: another vendor's
    // published value called SPK uses 6; the multicast keys are taken to go where MuSiK goes.
    public static bool MayServe(this KeyPurpose purpose, CryptoSession session) => purpose switch
    {
        KeyPurpose.GroupMasterKey => session is CryptoSession.McpttGroupCall or CryptoSession.McvideoGroupCall,
        KeyPurpose.PrivateCallKey => session <= CryptoSession.McvideoPrivateReceiver,
        KeyPurpose.ClientServerKey or KeyPurpose.SignallingProtectionKey =>
            session is CryptoSession.McpttClientServer or CryptoSession.McvideoClientServer,
        KeyPurpose.MulticastFloorControlKey or KeyPurpose.MbmsSubchannelControlKey or KeyPurpose.MulticastSignallingKey =>
            session is CryptoSession.McpttMulticastSignalling or CryptoSession.McvideoMulticastSignalling,
        _ => false,
    };
}
