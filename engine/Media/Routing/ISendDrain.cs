namespace MediaEngine.Media;

/// <summary>Empties a full <see cref="SendQueue"/>: sends or drops what it holds and clears it.</summary>
public interface ISendDrain
{
    void Drain(SendQueue queue);
}
