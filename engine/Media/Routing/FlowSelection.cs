namespace MediaEngine.Media;

/// <summary>To whom a packet that is not yet authenticated may belong.</summary>
internal enum FlowSelection
{
    /// <summary>The flow this address and MKI belong to.</summary>
    Found,

    /// <summary>A flow with this MKI at another address: when the packet authenticates the flow has moved.</summary>
    FoundElsewhere,

    /// <summary>The address belongs to a flow, the MKI does not belong to the address.</summary>
    UnknownMki,

    UnknownSource,
}
