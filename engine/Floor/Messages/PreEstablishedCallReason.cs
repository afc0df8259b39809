namespace MediaEngine.Floor;

/// <summary>Reason codes of an Acknowledgement over a pre-established session (TS 24.380 8.3.3.8).</summary>
public static class PreEstablishedCallReason
{
    public const ushort Accepted = 0;
    public const ushort Busy = 1;
    public const ushort NotAccepted = 2;
    public const ushort IMessageAuthenticationFailed = 3;
    public const ushort IntegrityCheckFailed = 4;
    public const ushort XmlDecryptionFailed = 5;
}
