namespace MediaEngine.Keys;

/// <summary>Purpose tag of an MCX key: the four most significant bits of its identifier (TS 33.180 5.2.3).</summary>
public enum KeyPurpose : byte
{
    GroupMasterKey = 0,
    PrivateCallKey = 1,
    ClientServerKey = 2,
    SignallingProtectionKey = 3,
    MulticastFloorControlKey = 4,
    MbmsSubchannelControlKey = 5,
    MulticastSignallingKey = 6,
}
