namespace MediaEngine.Floor;

/// <summary>Call control messages over a pre-established session (TS 24.380 table 8.3.2-1), APP name MCPC.</summary>
public enum PreEstablishedCallMessageType : byte
{
    Connect = 0,
    Disconnect = 1,
    Acknowledgement = 2,
}
