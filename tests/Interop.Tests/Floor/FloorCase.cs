using MediaEngine.Floor;

namespace MediaEngine.Interop.Tests;

/// <summary>A floor control message of our writer, and what it says.</summary>
internal sealed record FloorCase(string Name, byte[] Octets, string Subtype, string[] Fields)
{
    public const uint Ssrc = 0x0F0E0D0C;

    public delegate void Fill(ref FloorMessageWriter writer);

    /// <summary>Fields the analyser has no name for; their octets are among <see cref="Fields"/>.</summary>
    public int UnknownFields { get; init; }

    public override string ToString() => Name;

    /// <param name="name">Of the case.</param>
    /// <param name="type">What is written.</param>
    /// <param name="ack">In the form that asks for an acknowledgement.</param>
    /// <param name="fill">Its fields.</param>
    /// <param name="read">What the analyser calls the type.</param>
    /// <param name="fields">What the analyser says of the fields.</param>
    public static FloorCase Of(string name, FloorMessageType type, bool ack, Fill fill, string read, params string[] fields)
    {
        byte[] buffer = new byte[1500];
        buffer.AsSpan().Fill(0xEE);
        var writer = new FloorMessageWriter(buffer, type, ack, Ssrc);
        fill(ref writer);
        string floor = type == FloorMessageType.UnicastMediaFlowControl ? "" : "Floor ";
        string subtype = $"Subtype: {(int)type + (ack ? 16 : 0)} {floor}{read}{(ack ? "(ack req)" : "")}";
        return new FloorCase(name, buffer[..writer.Complete()], subtype, fields);
    }
}
